"""The table of contents: every item of every paper with its script, a verdict, and one number beside ours.

    python -m atomzoo.reproductions.contents

writes `README.md` beside this file. Items, commands and verdicts are in `contents.csv`; the paper's numbers come from
`paper.csv`, ours from the recorded results (`*_paper.csv`).
"""

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
    if row.command != NO_COMMAND and (path := _beside(row.command)).exists():
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


def _beside(command):
    paper, item = command.split("/")
    return recorded(paper) / f"{item.replace('-', '_')}_paper.csv"


if __name__ == "__main__":
    with replacing(FOLDER / "README.md") as temporary:
        temporary.write_text(text(), encoding="utf-8")
