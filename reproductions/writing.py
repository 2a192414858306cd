"""What every reproduction writes: csv, md and png, and the text on the console."""

from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
from rich.console import Console
from rich.markdown import Markdown

from atomzoo.datasets.io.output_files import replacing
from atomzoo.machine import machine
from atomzoo.version import __version__

QUICK = "**Quick run: it shows that the script runs; the numbers mean nothing.**\n"


def results_folder(results, output, quick):
    """The `Path` of the folder to write to, made if need be: `output`, by default `results` or, if quick, another."""
    folder = Path(output) if output is not None else (Path("quick-results") if quick else results)
    folder.mkdir(exist_ok=True)
    return folder


def footer(paper, name, seconds):
    """The last line of a Markdown file: version, date, machine, time and command of a paper's script."""
    command = f"`atomzoo reproduce {paper}/{name.replace('_', '-')}`"
    return f"atomzoo {__version__}, {date.today()}, {machine()}, {seconds:.0f} s, {command}\n"


def write_results(folder, name, rows, text, figures):
    """Writes `name`.csv, .md and the figures, and prints the text.

    Args:
        folder: `Path`.
        name: str, such as "figure_7_2".
        rows: `pandas.DataFrame`; version and machine are added to each row.
        text: Markdown.
        figures: dict of matplotlib figures by what follows `name` in the name of their file, "" for `name`.png.
    """
    rows = rows.assign(version=__version__, machine=machine())
    with replacing(folder / f"{name}.csv") as temporary:
        rows.to_csv(temporary, index=False, float_format="%.6g")
    with replacing(folder / f"{name}.md") as temporary:
        temporary.write_text(text)
    for ending, figure in figures.items():
        with replacing(folder / f"{name}{ending}.png") as temporary:
            figure.savefig(temporary, dpi=150)
        plt.close(figure)
    console = Console()
    console.print(Markdown(text))
    console.print(f"Written to {folder}: {name}.csv, .md{', .png' * bool(figures)}")


def markdown_table(names, rows):
    """A Markdown table of strings or numbers."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def spread(values, digits=3):
    """Mean and standard deviation in words, of one value only that."""
    text = f"{values.mean():.{digits}g}"
    return text if len(values) == 1 else f"{text} ± {values.std(ddof=1):.2g}"
