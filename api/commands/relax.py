"""`atomzoo relax`."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from atomzoo.commands.model import MODEL_HELP, EnergyUnit, LengthUnit
from atomzoo.console import err, out, start_backend, track

NOT_CONVERGED = 3


def relax(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help=MODEL_HELP)],
    start: Annotated[Path, typer.Argument(metavar="START", help="Structures, in any file that ASE reads.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="File for the relaxed structures.")
    ] = None,
    cell: Annotated[bool, typer.Option("--cell", help="Relax the cell too.")] = False,
    pressure: Annotated[float, typer.Option(help="External pressure in GPa (needs --cell).")] = 0.0,
    fmax: Annotated[float, typer.Option(help="Largest force that is left, eV/Å.")] = 1e-3,
    method: Annotated[
        Literal["L-BFGS-B", "BFGS", "CG"], typer.Option(help="Minimizer of scipy.optimize.")
    ] = "L-BFGS-B",
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Relaxes each structure of START to a minimum of the energy.

    --cell relaxes the cell as well. --pressure minimizes the enthalpy, energy + pressure x volume; the energies printed
    are without the second term.

    Computes in float64, whatever precision MODEL was trained in. The exit code is 3 if a structure did not converge;
    FILE is written all the same.
    """
    start_backend()
    from ase.units import GPa

    from atomzoo.datasets.arrays.batch import find_species
    from atomzoo.datasets.io.output_files import check_is_other, check_structure_file, check_writing, write_structures
    from atomzoo.datasets.io.reading import read_structures, split_index
    from atomzoo.models.formats.loading import load_potential
    from atomzoo.models.potential.length_unit import check_length_unit
    from atomzoo.models.relaxation.relax import relax as relax_atoms

    if output is not None:
        check_is_other(check_structure_file(output), model, split_index(start)[0])
    with err.status(f"reading {model} and {start}"):
        potential = load_potential(model, length_unit, energy_unit, "float64")
        structures = read_structures(start, length_unit, energy_unit)
    find_species(structures, potential.elements)  # here, so that an error names the place in the file
    check_length_unit(potential, structures[:1], [potential.evaluate_atoms(structures[0])["features"]])
    if output is not None:
        check_writing(output, structures)
    options = {"method": method, "fmax": fmax, "cell": cell, "pressure": pressure * GPa}
    results = [relax_atoms(atoms, potential, **options) for atoms in track(structures, "relaxing")]
    if output is not None:
        write_structures(output, [result.atoms for result in results])
    out.print(_table(results, cell))
    if output is not None:
        out.print(f"\nwritten to {output}", markup=False, soft_wrap=True)
    if not all(result.converged for result in results):
        raise typer.Exit(NOT_CONVERGED)


def _table(results, cell):
    titles = ["structure", "formula", "start, eV", "end, eV", "force, eV/Å", "steps", "converged"]
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in titles[:6] + ["stress, eV/Å³"] * cell + titles[6:]:
        table.add_column(title, justify="left" if title in ("formula", "converged") else "right")
    for k, result in enumerate(results):
        energies = (f"{energy:.6f}" for energy in (result.start_energy, result.energy))
        stress = [f"{result.max_stress:.2e}"] if cell else []
        converged = "yes" if result.converged else f"no: {result.message}"
        formula = result.atoms.get_chemical_formula()
        table.add_row(str(k), formula, *energies, f"{result.max_force:.2e}", str(result.n_steps), *stress, converged)
    return table
