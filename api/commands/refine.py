"""`atomzoo refine`."""

from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated, Literal

import typer

from atomzoo.commands.model import LARGEST_SEED, EnergyUnit, LengthUnit, Report
from atomzoo.commands.train_options import SymmetryFunctions
from atomzoo.console import err, out, start_backend

NOT_CONVERGED = 3


def refine(
    context: typer.Context,
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Labelled structures, in any file that ASE reads.")],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Folder for all that the loop makes; an interrupted run continues there.",
        ),
    ],
    engine: Annotated[Literal["espresso", "lammps", "pyscf"], typer.Option(help="Program that computes the labels.")],
    pseudo: Annotated[
        list[str],
        typer.Option(metavar="X=FILE", help="espresso: pseudopotential of element X; repeat for each element."),
    ] = (),
    wavefunction_cutoff: Annotated[float, typer.Option(help="espresso: plane-wave cutoff, Ry.")] = 30.0,
    density_cutoff: Annotated[float, typer.Option(help="espresso: density cutoff, Ry.")] = 240.0,
    pair: Annotated[
        list[str],
        typer.Option(metavar="LINE", help="lammps: an input line that defines the interaction; repeat in order."),
    ] = (),
    method: Annotated[
        str,
        typer.Option(
            metavar="METHOD/BASIS", help="pyscf: method and basis, such as ccsd(t)/aug-cc-pvdz or pbe0/def2-svp."
        ),
    ] = "",
    charge: Annotated[int, typer.Option(help="pyscf: total charge.")] = 0,
    spin: Annotated[int, typer.Option(min=0, help="pyscf: number of unpaired electrons.")] = 0,
    frozen_core: Annotated[
        bool, typer.Option("--frozen-core", help="pyscf: MP2 and coupled clusters of the valence electrons alone.")
    ] = False,
    hidden: Annotated[
        list[int], typer.Option(min=1, metavar="N N ...", help="Widths of the hidden layers of each element's network.")
    ] = (30, 30),
    symmetry_functions: SymmetryFunctions = None,
    iterations: Annotated[int, typer.Option(min=1, help="Iterations of L-BFGS in each training.")] = 1000,
    networks: Annotated[
        int, typer.Option(min=2, help="Number of networks; the first is minimized, all are compared.")
    ] = 2,
    tolerance: Annotated[
        float, typer.Option(help="Difference of network and engine at which the loop ends, eV.")
    ] = 1e-3,
    budget: Annotated[
        int, typer.Option(min=1, help="Largest number of structures to label, steps of relaxations included.")
    ] = 100,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the weights and the search.")] = 0,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
    report: Report = True,
):
    """Finds the minimum-energy structure of DATA's atoms with a network that learns where it was wrong.

    Each round trains on all labelled structures, searches the network's minimum, and has the engine label and relax it.
    The engine's settings must be those that DATA was made with.

    DIR gets log.csv, all labels, each round's potential, and at the end minimum.extxyz, potential.keras and
    report.html, a page of the rounds. The exit code is 3 if network and engine do not agree within the budget; these
    files are written all the same.
    """
    begin, labeller = monotonic(), None
    if engine == "espresso":
        labeller = _espresso(pseudo, wavefunction_cutoff, density_cutoff)
    elif engine == "pyscf":
        labeller = _pyscf(method, charge, spin, frozen_core)
    elif not pair:
        raise ValueError(f"LAMMPS needs --pair, once or more. Received: {list(pair)}")
    start_backend()
    from atomzoo.datasets.arrays.batch import elements_of
    from atomzoo.datasets.engines import Lammps
    from atomzoo.datasets.io.output_files import write_structures
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.active_learning.refine import refine as run_loop
    from atomzoo.models.active_learning.refine import train_on_forces
    from atomzoo.models.formats.function_files import load_functions
    from atomzoo.models.potential.saving import save_keras

    with err.status(f"reading {data}"):
        structures = read_structures(data, length_unit, energy_unit)
    if engine == "pyscf":
        labeller.molecule(structures[0])  # a wrong basis, charge or spin ends here, not after the first training
    labeller = labeller or Lammps(list(pair), elements_of(structures))
    functions = symmetry_functions and load_functions(symmetry_functions, elements_of(structures))
    network = {"functions": functions, "hidden": tuple(hidden), "core": "zbl"}
    train = partial(train_on_forces, iterations=iterations, **network)
    out.print(TITLES, markup=False, soft_wrap=True)
    result = run_loop(structures, labeller, output, train, tolerance, budget, networks, seed, _print_row)
    write_structures(output / "minimum.extxyz", [result.lowest])
    save_keras(result.potential, output / "potential.keras")
    if report:
        from atomzoo.pages.refinement_page import write_refinement_page

        seconds = monotonic() - begin
        write_refinement_page(output / "report.html", data.name, result, tolerance, context.obj, seconds)
    energy = result.lowest.get_potential_energy()
    out.print(f"\n{result.message}: {energy:.6f} eV after {result.n_calls} calls", markup=False, soft_wrap=True)
    out.print(f"written to {output}", markup=False, soft_wrap=True)
    if not result.converged:
        raise typer.Exit(NOT_CONVERGED)


TITLES = "round  calls     network, eV      engine, eV     relaxed, eV  difference, meV  disagreement, meV/atom"


def _print_row(row):
    """A line at a time, because a round takes minutes to hours."""
    names = ("network_eV", "engine_eV", "relaxed_eV")
    energies = "".join(f"{'-':>16}" if row[name] is None else f"{row[name]:16.6f}" for name in names)
    meV = f"{1e3 * row['difference_eV']:17.3f}{1e3 * row['disagreement_eV_per_atom']:24.3f}"
    out.print(f"{row['round']:5d}{row['calls']:7d}{energies}{meV}", markup=False, soft_wrap=True)


def _espresso(pseudo, wavefunction_cutoff, density_cutoff):
    from atomzoo.datasets.engines import Espresso

    files = dict(entry.partition("=")[::2] for entry in pseudo)
    if not files or not all(files.values()):
        raise ValueError(f"Quantum ESPRESSO needs --pseudo X=FILE for each element. Received: {list(pseudo)}")
    missing = next((file for file in files.values() if not Path(file).is_file()), None)
    if missing is not None:
        raise FileNotFoundError(f"there is no file '{missing}'")
    return Espresso(files, wavefunction_cutoff, density_cutoff)


def _pyscf(method, charge, spin, frozen_core):
    from atomzoo.datasets.engines import PySCF

    if not method:
        raise ValueError(f"PySCF needs --method METHOD/BASIS. Received: {method!r}")
    return PySCF(method, charge, spin, frozen_core=frozen_core)
