"""How the benchmarks write what they measured."""

import csv
import datetime
import io
import json
from pathlib import Path

from atomzoo import __version__
from atomzoo.datasets.io.output_files import replacing
from atomzoo.machine import machine
from atomzoo.reproductions.jobs import saved_lines

RESULTS = Path(__file__).parent / "results"


def environment():
    """Version, machine and date, in words."""
    return f"atomzoo {__version__}, {machine()}, {datetime.date.today()}"


def measured_rows(name, columns, jobs, measured, keep=True):
    """Rows of a table that takes long: each is printed and saved when it is there, and a killed run goes on.

    Args:
        name: str, as for `write`, which deletes what is saved.
        columns: names of the columns.
        jobs: list of lists, the first cells of each row.
        measured: function of such a list, to the row.
        keep: whether rows are saved, and those taken that are.

    Returns:
        List of lists of cells.
    """
    partial, rows = RESULTS / f"{name}.partial.jsonl", []
    done = saved_lines(partial) if keep else []
    for job in jobs:
        row = next((row for row in done if row[: len(job)] == job), None)
        if row is None:
            row = measured(job)
            if keep:
                with partial.open("a") as file:
                    file.write(json.dumps(row) + "\n")
        print(*(f"{column}: {value}" for column, value in zip(columns, row, strict=True)), sep=", ", flush=True)
        rows.append(row)
    return rows


def write(name, title, notes, columns, rows, figure=None):
    """Writes `results/<name>.csv` and `.md`, and a figure as `.png`.

    Args:
        name: str, of the files.
        title, notes: str, of the Markdown file.
        columns: names of the columns.
        rows: list of lists of cells.
        figure: of matplotlib, or None.
    """
    RESULTS.mkdir(exist_ok=True)
    lines = [columns, ["---"] * len(columns), *rows]
    table = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
    picture = "" if figure is None else f"\n![{title}]({name}.png)\n"
    with replacing(RESULTS / f"{name}.md") as path:
        path.write_text(f"# {title}\n\n{environment()}\n\n{notes}\n\n{table}\n{picture}", encoding="utf-8")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    with replacing(RESULTS / f"{name}.csv") as path:
        path.write_text(f"# {environment()}\n{text.getvalue()}", encoding="utf-8")
    if figure is not None:
        with replacing(RESULTS / f"{name}.png") as path:
            figure.savefig(path, dpi=150)
    (RESULTS / f"{name}.partial.jsonl").unlink(missing_ok=True)
