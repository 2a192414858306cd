"""`atomzoo baseline`: other programs, trained on the same data."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from atomzoo.commands.model import LARGEST_SEED, EnergyUnit, LengthUnit
from atomzoo.commands.train import ManyNumbersCommand
from atomzoo.console import err, out, start_backend

HEADINGS = {
    "program": "",
    "labels": "trained on",
    "part": "errors of",
    "energy_mae_meV_per_atom": "energy MAE",
    "energy_rmse_meV_per_atom": "RMSE",
    "forces_mae_eV_per_A": "force MAE",
    "forces_rmse_eV_per_A": "RMSE",
    "train_cpu_seconds": "CPU s",
}

baseline = typer.Typer(help="Trains another program and atomzoo on the same data, side by side.", no_args_is_help=True)


@baseline.callback()
def options():
    """Trains another program and atomzoo on the same data, side by side."""


@baseline.command(cls=ManyNumbersCommand)
def aenet(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Labelled structures, in any file that `train` reads.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="New folder for the results and aenet's files.")
    ],
    hidden: Annotated[
        list[int], typer.Option(min=1, metavar="N N ...", help="Widths of the hidden tanh layers of both.")
    ] = (15, 15),
    symmetry_functions: Annotated[
        str, typer.Option(metavar="SET", help="Name of a preset, a .json file or an aenet .stp file; for both.")
    ] = "barch-tubman-2017",
    iterations: Annotated[int, typer.Option(min=1, help="Iterations of aenet's L-BFGS-B.")] = 500,
    epochs: Annotated[int, typer.Option(min=1, help="Iterations of atomzoo's L-BFGS.")] = 3000,
    validation_fraction: Annotated[float, typer.Option(help="Fraction of the structures that is held out.")] = 0.1,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the held-out part and of atomzoo's weights.")
    ] = 0,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Trains aenet and atomzoo with the same split, functions and widths, and prints their errors and times.

    aenet is not part of atomzoo: the environment variable AENET_BIN names the folder of its generate.x, train.x and
    predict.x. Both programs train on energies; atomzoo also trains on forces if all structures have them. DIR gets
    comparison.csv and .png, the potentials, and in aenet/ all input and output files.
    """
    from atomzoo.datasets.io.folders import check_folder

    if check_folder(output).exists() and any(output.iterdir()):
        raise FileExistsError(f"The folder must be new or empty. Received: '{output}'")
    start_backend()
    from atomzoo.datasets.arrays.batch import elements_of
    from atomzoo.datasets.splits import split_structures
    from atomzoo.reproductions.baselines import comparison
    from atomzoo.reproductions.report import write_rows

    with err.status(f"reading {data}"):
        structures, functions = _read(data, symmetry_functions, length_unit, energy_unit)
    parts = dict(zip(("train", "validation"), split_structures(structures, validation_fraction, seed), strict=True))
    if not parts["validation"]:
        raise ValueError(f"No structures are held out. Received: {len(structures)} structures, {validation_fraction=}")
    _check_aenet(parts, functions, output, hidden, iterations)
    with err.status("training aenet"):
        runs = [comparison.trained_aenet(parts, functions, output / "aenet", hidden, iterations)]
    for forces in (False, True) if comparison.all_have_forces(parts) else (False,):
        with err.status(f"training atomzoo on energies{' and forces' * forces}"):
            run, potential = comparison.trained_atomzoo(
                parts, functions, elements_of(structures), tuple(hidden), epochs, seed, forces
            )
        potential.save(output / f"energies{'_and_forces' * forces}.keras")
        runs.append(run)
    rows = comparison.table(parts, runs)
    write_rows(output / "comparison.csv", rows)
    comparison.draw(parts, runs).savefig(output / "comparison.png", dpi=150)
    out.print(_table(rows))
    text = f"\nEnergies in meV/atom, forces in eV/Å a component; {runs[0].program}, {len(functions)} symmetry functions"
    out.print(f"{text}\nwritten to {output}", markup=False, soft_wrap=True)


def _read(data, symmetry_functions, length_unit, energy_unit):
    """Structures and their functions, both checked."""
    from atomzoo.datasets.arrays.batch import elements_of
    from atomzoo.datasets.arrays.labels import labels
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.function_files import load_functions

    structures = read_structures(data, length_unit, energy_unit)
    labels(structures, ("energy",))
    return structures, load_functions(symmetry_functions, elements_of(structures))


def _check_aenet(parts, functions, output, hidden, iterations):
    """Where aenet's programs are missing, writes their inputs, and says so in an error."""
    from atomzoo.reproductions.baselines.aenet import check_programs
    from atomzoo.reproductions.baselines.aenet_inputs import write_inputs

    try:
        check_programs()
    except FileNotFoundError as error:
        write_inputs(*parts.values(), functions, output / "aenet", hidden, "tanh", iterations, "bfgs")
        raise FileNotFoundError(f"{error}; their inputs are now in '{output / 'aenet'}'") from None


def _table(rows):
    table = Table(box=None, padding=(0, 2, 0, 0))
    names = [name for name in HEADINGS if name in rows]
    for name in names:
        table.add_column(HEADINGS[name], justify="left" if name in ("program", "labels", "part") else "right")
    for row in rows[names].to_dict("records"):
        row["program"] = row["program"].split()[0]
        table.add_row(*(value if isinstance(value, str) else f"{value:.3g}" for value in row.values()))
    return table
