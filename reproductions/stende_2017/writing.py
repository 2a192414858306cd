"""Where the results of these reproductions go, and the last line of their text."""

from datetime import date
from pathlib import Path

from atomzoo.machine import machine
from atomzoo.reproductions.writing import QUICK as QUICK
from atomzoo.reproductions.writing import markdown_table as markdown_table
from atomzoo.reproductions.writing import spread as spread
from atomzoo.reproductions.writing import write_results as write_results
from atomzoo.version import __version__

RESULTS = Path(__file__).parent / "results"


def results_folder(output, quick):
    """The `Path` of the folder to write to, made if need be: `results` unless it is given, or the run is quick."""
    folder = Path(output) if output is not None else (Path("quick-results") if quick else RESULTS)
    folder.mkdir(exist_ok=True)
    return folder


def footer(name, seconds):
    """The last line of a Markdown file: version, date, machine, time and command."""
    command = f"`atomzoo reproduce stende-2017/{name.replace('_', '-')}`"
    return f"atomzoo {__version__}, {date.today()}, {machine()}, {seconds:.0f} s, {command}\n"
