"""`atomzoo predict`."""

import sys
from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.table import Table

from atomzoo.commands.errors_table import errors_table
from atomzoo.commands.model import MODEL_HELP, EnergyUnit, LengthUnit, Report
from atomzoo.console import err, out, start_backend, track

MOST_ROWS = 20  # a longer table is cut short
MOST_WARNINGS = 5


def predict(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(metavar="MODEL", help=MODEL_HELP)],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Structures, in any file that ASE reads.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="File for the structures with their results, .extxyz."),
    ] = None,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
    report: Report = True,
):
    """Predicts energies (eV), forces (eV/Å) and, for periodic structures, stress (eV/Å³).

    Prints the errors where DATA has labels, and warns of atoms unlike those in the training data. Beside FILE it writes
    a page with figures (.prediction.html). Structures are read and written part by part: an extxyz file may be larger
    than the memory.
    """
    begin = monotonic()
    start_backend()
    from atomzoo.datasets.arrays.batch import find_species
    from atomzoo.datasets.arrays.labels import check_labels
    from atomzoo.datasets.io.output_files import (
        check_is_other,
        check_output,
        check_structure_file,
        check_writing,
        writing_structures,
    )
    from atomzoo.datasets.io.reading import iread_structures, split_index
    from atomzoo.models.formats.loading import load_potential
    from atomzoo.models.potential.evaluation import batches

    page = None
    if output is not None:
        check_is_other(check_structure_file(output), model, split_index(data)[0])
        page = check_output(_page_of(output)) if report else None
    with err.status(f"reading {model}"):
        potential = load_potential(model, length_unit, energy_unit)
    structures = iread_structures(data, length_unit, energy_unit)
    summary = _Summary(potential)
    with nullcontext() if output is None else writing_structures(output) as write:
        for part in track(batches(structures), "predicting"):
            is_first, place = summary.n_structures == 0, summary.n_structures
            find_species(part, potential.elements, place)  # here, so that an error names the place in the file
            check_labels(part, place)
            if is_first and output is not None:
                check_writing(output, part)
            results = potential.evaluate_atoms(part)
            if is_first:
                _check_units(potential, data, part, results, energy_unit)
            summary.add(part, results)
            if write is not None:
                write([_with_results(*pair) for pair in zip(part, results, strict=True)])
    if page is not None:
        from atomzoo.pages.prediction_page import write_prediction_page

        write_prediction_page(page, model.name, data.name, summary.collected, context.obj, monotonic() - begin)
    summary.print([path for path in (output, page) if path is not None])


def _page_of(output):
    """The page of out.extxyz.gz is out.prediction.html: out.html is that of a training of out.keras."""
    return output.with_name(f"{output.name.split('.')[0] or output.name}.prediction.html")


def _check_units(potential, data, structures, results, energy_unit):
    from atomzoo.datasets.io.input_data import is_input_data
    from atomzoo.datasets.io.reading import split_index
    from atomzoo.models.potential.length_unit import check_length_unit
    from atomzoo.models.potential.prediction_errors import check_energy_unit

    check_length_unit(potential, structures, [result["features"] for result in results])
    path, _ = split_index(data)
    if path.is_file() and is_input_data(path):
        check_energy_unit(structures, results, energy_unit)


class _Summary:
    """What is printed of structures that come part by part, without keeping them."""

    def __init__(self, potential):
        from atomzoo.pages.collected import Collected

        self.potential, self.n_structures, self.n_unlike = potential, 0, 0
        self.collected, self._rows, self._warnings = Collected(potential), [], []

    def add(self, structures, results):
        self.collected.add(structures, results)
        for pair in zip(structures, results, strict=True):
            if self.n_structures < MOST_ROWS:
                self._rows.append(_row(self.n_structures, *pair))
            self._look_for_extrapolations(*pair)
            self.n_structures += 1

    def _look_for_extrapolations(self, atoms, result):
        from atomzoo.models.potential.extrapolation import find_extrapolations

        found = find_extrapolations(self.potential, atoms, result["features"])
        self.n_unlike += bool(found)
        if found and self.n_unlike <= MOST_WARNINGS:
            others = f" (and {len(found) - 1} more values)" if len(found) > 1 else ""
            self._warnings.append(f"structure {self.n_structures}, {found[0]}{others}")

    def print(self, paths):
        out.print(self._table())
        if errors := self.collected.errors():
            out.print("", errors_table(errors))
        if paths:
            out.print(f"\nwritten to {', '.join(map(str, paths))}", markup=False, soft_wrap=True)
        if self.n_unlike > MOST_WARNINGS:
            self._warnings.append(f"{self.n_unlike} of {self.n_structures} structures have such values")
        for warning in self._warnings:
            print(f"atomzoo: warning: {warning}", file=sys.stderr)

    def _table(self):
        table = Table(box=None, padding=(0, 2, 0, 0))
        for title in ("structure", "formula", "energy, eV", "largest force, eV/Å", "pressure, eV/Å³"):
            table.add_column(title, justify="left" if title == "formula" else "right")
        for row in self._rows if self.n_structures <= MOST_ROWS else self._rows[: MOST_ROWS // 2]:
            table.add_row(*row)
        if self.n_structures > MOST_ROWS:
            table.add_row("...", f"and {self.n_structures - MOST_ROWS // 2} more")
        return table


def _row(k, atoms, result):
    force = (result["forces"] ** 2).sum(axis=1).max() ** 0.5
    pressure = f"{-result['stress'].trace() / 3:.6f}" if atoms.pbc.all() else "-"
    return str(k), atoms.get_chemical_formula(), f"{result['energy']:.6f}", f"{force:.4f}", pressure


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
