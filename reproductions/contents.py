"""The table of contents: every item of every paper with its script, a verdict, and one number beside ours.

    python -m atomzoo.reproductions.contents

writes `README.md` beside this file, and prints the table of the project's own README. Items, commands and verdicts are
in `contents.csv`; the paper's numbers come from `paper.csv`, ours from the recorded results (`*_paper.csv`).
"""

import re
from pathlib import Path

import pandas

from atomzoo.datasets.io.output_files import replacing
from atomzoo.reproductions.beside_paper import NOTHING
from atomzoo.reproductions.paper_numbers import paper_numbers
from atomzoo.reproductions.report import markdown_table, recorded

FOLDER = Path(__file__).parent
TITLES = {
    "barch_tubman_2017": "Barch and Tubman, Solving for Minimum Energy Structures with Neural Networks (2017)",
    "tio2_bpnn": "The Keras BPNN on aenet's TiO2 set",
    "artrith_urban_2016": "Artrith and Urban, aenet's TiO2 data (2016)",
    "behler_parrinello_2007": "Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007)",
    "stende_2017": "Stende, Constructing high-dimensional neural network potentials for molecular dynamics (2017)",
}
VERDICTS = ("reproduced", "better", "contradicted", "not reached", "not comparable", "not done")
NO_COMMAND = "none"
# Paper, item and beginning of `what` of the rows of the project's README.
MAIN = (
    ("barch_tubman_2017", "table-2", "gold clusters"),
    ("barch_tubman_2017", "table-3", "energies"),
    ("barch_tubman_2017", "section-4", "training error"),
    ("barch_tubman_2017", "table-1", "dense hydrogen as"),
    ("barch_tubman_2017", "section-6", "H2O-OH-"),
    ("tio2_bpnn", "table-1", "the grid"),
    ("tio2_bpnn", "test-error", "test RMSE"),
    ("artrith_urban_2016", "set001", "errors"),
    ("behler_parrinello_2007", "errors", "RMSE of forces"),
    ("behler_parrinello_2007", "energy-volume", "transition pressures"),
    ("behler_parrinello_2007", "speed", "five orders"),
    ("stende_2017", "lennard-jones", "argon: error of the energy"),
    ("stende_2017", "stillinger-weber", "silicon: error of the forces"),
    ("stende_2017", "stillinger-weber", "silicon: elastic moduli"),
    ("stende_2017", "radial-distribution", "silicon"),
)
INTRODUCTION = """\
# What the papers say, and what is reproduced

Every item of each paper with the command that makes it anew, a verdict, and one of its numbers beside ours. All
printed numbers are in `paper.csv` of each folder, and beside ours in `results/*_paper.csv` and the Markdown of each
result. This file is written by `python -m atomzoo.reproductions.contents`.
"""


def contents():
    """The rows of `contents.csv`: `pandas.DataFrame` of paper, item, what, command, verdict and quantity, strings."""
    return pandas.read_csv(FOLDER / "contents.csv", dtype=str, keep_default_na=False)


def numbers(row):
    """The paper's number of a row of `contents`, with its unit, and ours; "-" where there is none."""
    if not row.quantity:
        return NOTHING, NOTHING
    rows = paper_numbers(row.paper).set_index(["item", "quantity"])
    printed = rows.loc[(row.item, row.quantity)]
    ours = NOTHING
    if row.command != NO_COMMAND and (path := _result(row.command, "_paper.csv")).exists():
        table = pandas.read_csv(path, dtype=str, keep_default_na=False).set_index(["item", "quantity"])["ours"]
        ours = table.get((row.item, row.quantity), NOTHING)
    return f"{printed['value']} {printed['unit_as_read']}".strip(), ours


def text():
    """The Markdown of `README.md`."""
    rows = contents()
    parts = [INTRODUCTION, summary()]
    for paper, title in TITLES.items():
        lines = [
            [
                row.item,
                row.what,
                "none" if row.command == NO_COMMAND else f"`{row.command}`",
                row.verdict,
                *numbers(row),
            ]
            for row in rows[rows["paper"] == paper].itertuples()
        ]
        names = ["item", "what it shows", "`atomzoo reproduce`", "verdict", "paper", "ours"]
        parts += [f"## {title}\n", markdown_table(names, lines)]
    return "\n".join(parts)


def summary():
    """The Markdown table of how many rows of each paper have which verdict."""
    counts = [
        [TITLES[paper].split(",")[0], *(int(of_paper["verdict"].str.startswith(verdict).sum()) for verdict in VERDICTS)]
        for paper, of_paper in contents().groupby("paper", sort=False)
    ]
    return markdown_table(["rows of", *VERDICTS], counts)


def main_table():
    """The Markdown table of the project's README: the rows `MAIN`, with the time that the recorded run took."""
    rows = contents()
    lines = []
    for paper, item, what in MAIN:
        chosen = rows[(rows["paper"] == paper) & (rows["item"] == item) & rows["what"].str.startswith(what)]
        for row in chosen.itertuples():
            lines.append([f"`{row.command}`", row.what, *numbers(row), row.verdict, _minutes(row.command)])
    return markdown_table(["`atomzoo reproduce`", "what", "paper", "ours", "verdict", "time"], lines)


def _minutes(command):
    """Time of the recorded run, from the last line of its Markdown; "-" where none is recorded."""
    path = _result(command, ".md")
    if not path.exists():
        return NOTHING
    line = path.read_text(encoding="utf-8").splitlines()[-1]
    seconds = int(re.search(r", (\d+) s, `", line)[1])
    return f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds} s"


def _result(command, ending):
    paper, item = command.split("/")
    return recorded(paper) / f"{item.replace('-', '_')}{ending}"


if __name__ == "__main__":
    with replacing(FOLDER / "README.md") as temporary:
        temporary.write_text(text(), encoding="utf-8")
    print(main_table())
