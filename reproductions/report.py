"""How every reproduction prints and writes its results: csv, md and png, and the text on the console."""

import shutil
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import pandas
from rich.console import Console
from rich.markdown import Markdown

from atomzoo.datasets.io.output_files import replacing
from atomzoo.machine import machine
from atomzoo.version import __version__

FOLDER = Path(__file__).parent
QUICK = "**Quick run: it shows that the script runs; the numbers mean nothing.**\n"


def recorded(paper):
    """The `Path` of the folder of a paper's committed results, such as those of "barch-tubman-2017"."""
    return FOLDER / paper.replace("-", "_") / "results"


def results_folder(paper, output, quick):
    """The `Path` of the folder to write to, made if need be.

    Args:
        paper: str, such as "barch-tubman-2017".
        output: `Path`, or None for the folder of the paper's results, or of a quick run for `quick-results`.
        quick: whether this is a quick run.
    """
    folder = Path(output) if output is not None else (Path("quick-results") if quick else recorded(paper))
    folder.mkdir(exist_ok=True)
    return folder


def footer(item, seconds):
    """The last line of a Markdown file: version, date, machine, time and command of an item "paper/script"."""
    return f"atomzoo {__version__}, {date.today()}, {machine()}, {seconds:.0f} s, `atomzoo reproduce {item}`\n"


def write_results(folder, name, rows, text, figures, beside=None):
    """Writes `name`.csv, .md and the figures, and prints the text.

    Args:
        folder: `Path`.
        name: str, such as "figure_7_2".
        rows: `pandas.DataFrame`; version and machine are added to each row.
        text: Markdown.
        figures: dict of matplotlib figures by what follows `name` in the name of their file, "" for `name`.png.
        beside: table of `beside_paper.beside`, which is written to `name`_paper.csv; None for no numbers of a paper.
    """
    write_rows(folder / f"{name}.csv", rows)
    _write_drawn(folder, name, text, figures, beside)


def redraw_results(folder, name, text, figures, beside=None):
    """As `write_results`, from recorded rows: their csv stays as it is, and so does the last line of their text.

    So version, date, machine and time remain those of the run that computed the rows.
    """
    last = (folder / f"{name}.md").read_text().splitlines()[-1]
    _write_drawn(folder, name, "\n".join([*text.splitlines()[:-1], last, ""]), figures, beside)


def recorded_rows(folder, name):
    """The rows (`pandas.DataFrame`) of `name`.csv in a folder of results, without what `write_rows` adds."""
    path = folder / f"{name}.csv"
    if not path.exists():
        raise FileNotFoundError(f"There is no recorded run to draw from. Received: '{path}'")
    return pandas.read_csv(path).drop(columns=["version", "machine"])


def _write_drawn(folder, name, text, figures, beside):
    """Writes all but the rows, and prints the text."""
    if beside is not None:
        write_csv(folder / f"{name}_paper.csv", beside)
    with replacing(folder / f"{name}.md") as temporary:
        temporary.write_text(text)
    for ending, figure in figures.items():
        with replacing(folder / f"{name}{ending}.png") as temporary:
            figure.savefig(temporary, dpi=150)
        plt.close(figure)
    console = Console()
    console.print(Markdown(text))
    written = [".md", *[".png"] * bool(figures), *["_paper.csv"] * (beside is not None)]
    console.print(f"Written to {folder}: {name}{', '.join(['.csv', *written])}")


def write_rows(path, rows):
    """Writes a `pandas.DataFrame` to a csv file, and adds version and machine to each row."""
    write_csv(path, rows.assign(version=__version__, machine=machine()))


def write_csv(path, rows, float_format="%.6g"):
    """Writes a `pandas.DataFrame` to a csv file."""
    with replacing(path) as temporary:
        rows.to_csv(temporary, index=False, float_format=float_format)


def copy_file(source, path):
    """Copies a file to a path, which is replaced only once all is written."""
    with replacing(path) as temporary:
        shutil.copy(source, temporary)


def markdown_table(names, rows):
    """A Markdown table of strings or numbers."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def spread(values, digits=3):
    """Mean and standard deviation in words, of one value only that."""
    text = f"{values.mean():.{digits}g}"
    return text if len(values) == 1 else f"{text} ± {values.std(ddof=1):.2g}"
