"""How the benchmarks write what they measured."""

import csv
import datetime
import io
from pathlib import Path

from atomzoo import __version__
from atomzoo.datasets.io.output_files import replacing
from atomzoo.machine import machine

RESULTS = Path(__file__).parent / "results"


def environment():
    """Version, machine and date, in words."""
    return f"atomzoo {__version__}, {machine()}, {datetime.date.today()}"


def write(name, title, notes, columns, rows):
    """Writes `results/<name>.csv` and `.md`.

    Args:
        name: str, of the files.
        title, notes: str, of the Markdown file.
        columns: names of the columns.
        rows: list of lists of cells.
    """
    RESULTS.mkdir(exist_ok=True)
    lines = [columns, ["---"] * len(columns), *rows]
    table = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
    with replacing(RESULTS / f"{name}.md") as path:
        path.write_text(f"# {title}\n\n{environment()}\n\n{notes}\n\n{table}\n", encoding="utf-8")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    with replacing(RESULTS / f"{name}.csv") as path:
        path.write_text(f"# {environment()}\n{text.getvalue()}", encoding="utf-8")
