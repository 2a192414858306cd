"""Where the results of this paper's scripts go, and how their text ends."""

from functools import partial
from pathlib import Path

from atomzoo.reproductions import writing
from atomzoo.reproductions.writing import QUICK as QUICK
from atomzoo.reproductions.writing import markdown_table as markdown_table
from atomzoo.reproductions.writing import spread as spread
from atomzoo.reproductions.writing import write_results as write_results

RESULTS = Path(__file__).parent / "results"

results_folder = partial(writing.results_folder, RESULTS)
footer = partial(writing.footer, "stende-2017")
