"""Where the results of this paper's scripts go, and how their text ends."""

from functools import partial
from pathlib import Path

from atomzoo.reproductions import writing

RESULTS = Path(__file__).parent / "results"

results_folder = partial(writing.results_folder, RESULTS)
footer = partial(writing.footer, "tio2-bpnn")
