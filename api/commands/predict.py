"""`atomzoo predict`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from atomzoo.commands.errors_table import errors_table
from atomzoo.commands.model import MODEL_HELP, EnergyUnit, LengthUnit
from atomzoo.console import err, out, start_backend, track

MOST_ROWS = 20  # a longer table is cut short
MOST_WARNINGS = 5


def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help=MODEL_HELP)],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Structures, in any file that ASE reads.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="File for the structures with their results, .extxyz."),
    ] = None,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Predicts energies (eV), forces (eV/Å) and, for periodic structures, stress (eV/Å³).

    Prints the errors where DATA has labels, and warns of atoms unlike those in the training data.
    """
    start_backend()
    from atomzoo.datasets.arrays.batch import find_species
    from atomzoo.datasets.arrays.labels import check_labels
    from atomzoo.datasets.io.input_data import is_input_data
    from atomzoo.datasets.io.output_files import check_structure_file, check_writing, write_structures
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.loading import load_potential
    from atomzoo.models.potential.evaluation import batches
    from atomzoo.models.potential.length_unit import check_length_unit
    from atomzoo.models.potential.prediction_errors import check_energy_unit, prediction_errors

    if output is not None:
        check_structure_file(output)
    with err.status(f"reading {model} and {data}"):
        potential = load_potential(model, length_unit, energy_unit)
        structures = read_structures(data, length_unit, energy_unit)
    find_species(structures, potential.elements)  # here, so that an error names the place in the file
    check_labels(structures)
    if output is not None:
        check_writing(output, structures)
    parts = track(list(batches(structures)), "predicting")
    results = [result for part in parts for result in potential.evaluate_atoms(part)]
    check_length_unit(potential, structures, [result["features"] for result in results])
    if is_input_data(data):
        check_energy_unit(structures, results, energy_unit)
    errors = prediction_errors(structures, results)
    if output is not None:
        write_structures(output, [_with_results(*pair) for pair in zip(structures, results, strict=True)])
    out.print(_table(structures, results))
    if errors:
        out.print("", errors_table({"": errors}))
    if output is not None:
        out.print(f"\nwritten to {output}", markup=False, soft_wrap=True)
    _warn(potential, structures, results)


def _with_results(atoms, result):
    from ase.calculators.singlepoint import SinglePointCalculator
    from ase.stress import full_3x3_to_voigt_6_stress

    from atomzoo.datasets.arrays.periodicity import has_stress

    values = {name: result[name] for name in ("energy", "energies", "forces")}
    if has_stress(atoms):
        values["stress"] = full_3x3_to_voigt_6_stress(result["stress"])
    copy = atoms.copy()
    copy.calc = SinglePointCalculator(copy, **values)
    return copy


def _table(structures, results):
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("structure", "formula", "energy, eV", "largest force, eV/Å", "pressure, eV/Å³"):
        table.add_column(title, justify="left" if title == "formula" else "right")
    rows = list(enumerate(zip(structures, results, strict=True)))
    for k, (atoms, result) in rows if len(rows) <= MOST_ROWS else rows[: MOST_ROWS // 2]:
        force = (result["forces"] ** 2).sum(axis=1).max() ** 0.5
        pressure = f"{-result['stress'].trace() / 3:.6f}" if atoms.pbc.all() else "-"
        formula = atoms.get_chemical_formula()
        table.add_row(str(k), formula, f"{result['energy']:.6f}", f"{force:.4f}", pressure)
    if len(rows) > MOST_ROWS:
        table.add_row("...", f"and {len(rows) - MOST_ROWS // 2} more")
    return table


def _warn(potential, structures, results):
    from atomzoo.models.potential.extrapolation import find_extrapolations

    pairs = zip(structures, results, strict=True)
    found = [find_extrapolations(potential, atoms, result["features"]) for atoms, result in pairs]
    unlike = [k for k, extrapolations in enumerate(found) if extrapolations]
    for k in unlike[:MOST_WARNINGS]:
        others = f" (and {len(found[k]) - 1} more values)" if len(found[k]) > 1 else ""
        print(f"atomzoo: warning: structure {k}, {found[k][0]}{others}", file=sys.stderr)
    if len(unlike) > MOST_WARNINGS:
        print(f"atomzoo: warning: {len(unlike)} of {len(structures)} structures have such values", file=sys.stderr)
