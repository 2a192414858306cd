"""`atomzoo validate`."""

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from atomzoo.commands.model import MODEL_HELP, EnergyUnit, LengthUnit, Report
from atomzoo.console import err, out, start_backend

STYLES = {"good": "green", "look at it": "yellow", "bad": "bold red"}


def validate(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(metavar="MODEL", help=MODEL_HELP)],
    data: Annotated[
        Path | None, typer.Argument(metavar="DATA", help="Structures MODEL was trained on, in any file that ASE reads.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="File of the page.", show_default="MODEL.validation.html"),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            help="Temperature of the dynamics, K.", show_default="that of DATA, by info or velocities, or 300"
        ),
    ] = None,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
    report: Report = True,
):
    """Checks the physics of a potential before molecular dynamics, each with a verdict: good, look at it, or bad.

    Of the crystals in DATA: energy over volume, elastic constants and phonons; of each pair of elements: whether atoms
    repel; and 5 ps at constant energy: drift, closest pair, extrapolation. Without DATA, the crystal of a potential's
    only element is taken. A page with curves and rules is written beside MODEL, for a name of `atomzoo list` to the
    working folder. The exit code is 0 whatever the verdicts are.
    """
    begin = monotonic()
    start_backend()
    from atomzoo.datasets.arrays.batch import find_species
    from atomzoo.datasets.io.output_files import check_output
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.loading import load_potential
    from atomzoo.models.validation.validate import validate as find_checks

    path = model.with_name(f"{model.stem}.validation.html") if output is None else output
    if report:
        check_output(path)
    with err.status("reading"):
        potential = load_potential(model, length_unit, energy_unit, "float64")
        structures = [] if data is None else read_structures(data, length_unit, energy_unit)
    if structures:
        find_species(structures, potential.elements)
    checks = []
    with err.status("checking crystals") as status:
        for check in find_checks(potential, structures, temperature):
            checks.append(check)
            status.update(f"{len(checks)} checks, last: {check.name} of {check.subject}")
    out.print(_table(checks))
    if report:
        from atomzoo.pages.validation_page import write_validation_page

        data_name, seconds = "" if data is None else data.name, monotonic() - begin
        write_validation_page(path, model.name, data_name, checks, context.obj, seconds)
        out.print(f"\nwritten to {path}", markup=False, soft_wrap=True)


def _table(checks):
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("verdict", "check", "of", "found"):
        table.add_column(title, no_wrap=title in ("verdict", "check"))
    for check in checks:
        verdict = f"[{STYLES[check.verdict]}]{check.verdict}[/]"
        table.add_row(verdict, check.name, escape(check.subject), escape(check.found))
    return table
