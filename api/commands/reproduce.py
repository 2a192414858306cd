"""`atomzoo reproduce`."""

import os
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from atomzoo.catalog import reproductions
from atomzoo.commands.model import Report, Scheduler
from atomzoo.console import out, start_backend


def reproduce(
    context: typer.Context,
    item: Annotated[
        str,
        typer.Argument(
            metavar="PAPER/ITEM", help="Name that `atomzoo list` prints, such as barch-tubman-2017/table-2."
        ),
    ],
    seeds: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Number of seeds; each script has a default.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A short run that checks the script; its numbers mean nothing.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Folder for the results.")
    ] = None,
    redraw: Annotated[
        bool, typer.Option("--redraw", help="Write text and figures again from the recorded csv, without computing.")
    ] = False,
    scheduler: Scheduler = None,
    report: Report = True,
):
    """Computes a published table or figure and prints it beside the paper's.

    Writes csv, md and png files, and a page of them (.html), to the folder `results` beside the script, or to DIR.
    """
    from atomzoo.datasets.io.folders import check_folder

    if scheduler is not None:
        os.environ["ATOMZOO_SCHEDULER"] = scheduler  # where `executor` looks for it
    found = find(item)
    if output is not None and not output.absolute().parent.is_dir():
        raise FileNotFoundError(f"There is no folder '{output.absolute().parent}' to write to. Received: '{output}'")
    if output is not None:
        check_folder(output)
    if redraw:
        redrawn(found, output)
    else:
        start_backend()
        import_module(found.module).run(seeds=seeds, quick=quick, output=output)
    if report:
        from atomzoo.pages.reproduction_page import write_reproduction_page
        from atomzoo.reproductions.report import results_folder

        paper, name = item.split("/")
        folder = results_folder(paper, output, quick and not redraw)
        page = write_reproduction_page(folder, name.replace("-", "_"), context.obj)
        out.print(f"Page: {page}", markup=False, soft_wrap=True)


def redrawn(entry, output):
    """Writes md and png of an `Entry` anew from the csv in a folder of results, by default the recorded one."""
    from atomzoo.reproductions.report import recorded

    script = import_module(entry.module)
    if not hasattr(script, "redraw"):
        raise ValueError(f"Its csv does not hold all that its text says: run it. Received: {entry.name!r}")
    try:
        script.redraw(Path(output) if output is not None else recorded(entry.name.split("/")[0]))
    except KeyError as error:
        raise ValueError(
            f"The csv of {entry.name!r} is of an earlier version: run it. It has no column {error}"
        ) from None


def find(item):
    """The `Entry` of a reproduction, by its name.

    Raises:
        ValueError: no such name; which are near, or which there are.
    """
    entries = {found.name: found for found in reproductions()}
    if item in entries:
        return entries[item]
    near = get_close_matches(item, entries, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(entries)}."
    raise ValueError(f"There is no such reproduction. {hint} Received: {item!r}")
