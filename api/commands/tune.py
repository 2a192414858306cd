"""`atomzoo tune`."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from atomzoo.commands import train_options as options
from atomzoo.commands.model import LARGEST_SEED, EnergyUnit, LengthUnit
from atomzoo.console import err, out, progress_bar, start_backend

N_BEST = 10  # rows of the table that is printed; trials.csv has all


def tune(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Labelled structures, in any file that ASE reads.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for trials.csv and best.keras.")
    ],
    grid: Annotated[
        Path | None,
        typer.Option(
            metavar="GRID",
            help='JSON file with lists of "layers", "nodes", "learning_rate" and, optionally, "dropout".',
            show_default="4, 5, 6 layers; 16, 32, 64 nodes; rates 5e-4, 1e-4, 5e-5; dropout 0, 0.25",
        ),
    ] = None,
    symmetry_functions: options.SymmetryFunctions = None,
    epochs: Annotated[int, typer.Option(min=1, help="Largest number of epochs of a trial.")] = 60,
    patience: Annotated[
        int, typer.Option(min=1, help="Number of epochs without improvement after which a trial ends.")
    ] = 10,
    batch_size: Annotated[int, typer.Option(min=1, help="Structures in a batch.")] = 32,
    validation_fraction: Annotated[
        float, typer.Option(help="Fraction of the structures that the trials are judged by.")
    ] = 0.1,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the held-out part, the weights and the batches.")
    ] = 0,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Searches a grid of networks for the best one, with KerasTuner, on energies (eV).

    The same command continues a search that was interrupted. Several processes share the trials if each is started with
    KERASTUNER_TUNER_ID (chief, tuner0, tuner1 ...), KERASTUNER_ORACLE_IP and KERASTUNER_ORACLE_PORT.
    """
    start_backend()
    from atomzoo.datasets.arrays.batch import elements_of
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.datasets.splits import split_structures
    from atomzoo.models.formats.function_files import load_functions
    from atomzoo.models.selection.functions_from_data import functions_from_data
    from atomzoo.models.tuning.grid import BPNN_TABLE_I, read_grid
    from atomzoo.models.tuning.grid_search import grid_search

    values = BPNN_TABLE_I if grid is None else read_grid(grid)
    with err.status(f"reading {data}"):
        structures = read_structures(data, length_unit, energy_unit)
    if symmetry_functions is None:
        functions = functions_from_data(structures)
    else:
        functions = load_functions(symmetry_functions, elements_of(structures))
    parts = split_structures(structures, validation_fraction, seed)
    limits = {"epochs": epochs, "patience": patience, "batch_size": batch_size, "seed": seed}
    with progress_bar() as bar:
        trials = grid_search(*parts, output, functions, grid=values, progress=_Shown(bar), **limits)
    if trials is not None:
        out.print(_table(trials))
        text = f"\nvalidation RMSE over {len(parts[1])} structures\nwritten to {output / 'best.keras'} and trials.csv"
        out.print(text, markup=False, soft_wrap=True)


class _Shown:
    """Shows on a progress bar what `grid_search` counts, and how many a second."""

    def __init__(self, bar):
        self.bar, self.tasks, self.start = bar, {}, time.perf_counter()

    def __call__(self, name, n_done, n_all):
        if name not in self.tasks:
            self.tasks[name] = self.bar.add_task(name, total=n_all, note="")
        rate = n_done / (time.perf_counter() - self.start)
        note = f"{rate:.0f} structures/s" if name == "features" else ""
        self.bar.update(self.tasks[name], completed=n_done, note=note)


def _table(trials):
    best = trials.sort_values("val_rmse_meV_per_atom").head(N_BEST)
    columns = ("layers", "nodes", "learning_rate", "dropout", "val_rmse_meV_per_atom", "best_epoch", "seconds")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name.replace("val_rmse_meV_per_atom", "RMSE, meV/atom").replace("_", " "), justify="right")
    for _, row in best.iterrows():
        table.add_row(*(f"{row[name]:.4g}" for name in columns))
    return table
