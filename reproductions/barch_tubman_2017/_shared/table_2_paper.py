"""Table 2 of the paper beside ours: its unit "eV" read as Ry^2, and in eV^2."""

import numpy as np
import pandas
from ase.units import Ry

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.beside_paper import beside, notes
from atomzoo.reproductions.beside_paper import section as beside_section
from atomzoo.reproductions.paper_numbers import printed_in_ase_units
from atomzoo.reproductions.report import markdown_table, recorded, recorded_rows, spread

PAPER, ITEM = "barch_tubman_2017", "table-2"
COLUMNS = {"train": "train_mse_eV2", "validation": "validation_mse_eV2"}
WHO = ("aenet", "this network")
SIZES = (3, 4, 5)
NETWORKS = {"15t-15t": (15, 15), "30t-30t": (30, 30), "40t-20t-20t-10t": (40, 20, 20, 10)}
ABOUT = """\
The paper prints "eV"; its total energies are in Ry (table 3), and so its errors are read as Ry^2, {ry2:.1f} eV^2 each.
Its data are not public: both data and networks differ. The columns "aenet, here" were measured on our data.
"""


def quantity(atoms, network, part, who):
    """The name of a cell in `paper.csv`; `part` is train or validation, `who` one of `WHO`."""
    return f"Au{atoms} {network} {part} MSE, {who}"


def printed_cell(atoms, network, part, who):
    """A mean squared error of the paper's table, in eV^2."""
    return printed_in_ase_units(PAPER, ITEM, quantity(atoms, network, part, who))


def beside_paper(rows):
    """The table of `beside` of rows of `table_2.train_one`: errors in Ry^2."""
    ours = {}
    for atoms, network, part, values, aenet in _cells(rows):
        ours[quantity(atoms, network, part, "this network")] = spread(values / Ry**2)
        if not np.isnan(aenet):
            ours[quantity(atoms, network, part, "aenet")] = f"{aenet / Ry**2:.3g} (measured here)"
    return beside(PAPER, {ITEM: ours, "section-5": _section_5(rows)})


def _section_5(rows):
    """What the text around the table says, beside ours."""
    measured = [(values.mean(), aenet) for *_, values, aenet in _cells(rows) if not np.isnan(aenet)]
    below = sum(ours < aenet for ours, aenet in measured)
    return {
        "largest cluster": rows["atoms"].max(),
        "optimizer, this network": "L-BFGS",
        "optimizer, aenet": "L-BFGS-B",
        "cells where this network is below aenet": f"{below} of {len(measured)} that were measured here",
        "pseudopotential": gold_clusters.PSEUDOPOTENTIAL.name,
        "minimizer": "scipy.optimize, analytic gradient: see `table-3`",
        "predicted minima below the training data by DFT": "see `table-3`",
        "retraining near the minimum": "improves: see `table-3` and `iterations`",
    }


def section(rows):
    """The Markdown: the paper's columns and ours, in Ry^2 and in eV^2."""
    lines = []
    for atoms, network, part, values, aenet in _cells(rows):
        paper = [printed_cell(atoms, network, part, who) for who in WHO]
        errors = [*paper, aenet, values.mean()]
        cells = [in_table(error / unit, ".2E") for unit in (Ry**2, 1.0) for error in errors]
        lines.append([atoms, network, part, *cells, f"{paper[-1] / errors[-1]:.0f}"])
    names = ["paper: aenet", "paper: this network", "aenet, here", "ours"]
    columns = [f"{name}, {unit}" for unit in ("Ry^2", "eV^2") for name in names]
    table = markdown_table(["atoms", "network", "part", *columns, "paper / ours"], lines)
    parts = ["## The paper's table beside ours, random split\n", ABOUT.format(ry2=Ry**2), table]
    table = beside_paper(rows)
    in_text = table[table["item"] == "section-5"]
    return "\n".join(
        [*parts, notes(table[table["item"] == ITEM]), beside_section(in_text, "## Section 5 of the paper")]
    )


def aenet_rows():
    """aenet's errors (`table_2_aenet.csv`), by atoms and network; NaN in cells that it has not been run for."""
    rows = recorded_rows(recorded("barch-tubman-2017"), "table_2_aenet").set_index(["atoms", "network"])
    return rows.reindex(pandas.MultiIndex.from_product([SIZES, NETWORKS], names=rows.index.names))


def in_table(value, style):
    """A number in a format such as ".3g"; "-" for NaN."""
    return "-" if np.isnan(value) else f"{value:{style}}"


def _cells(rows):
    """Atoms, network, part, our errors of all seeds (eV^2) and aenet's, of each printed cell."""
    aenet = aenet_rows()
    for (atoms, network), group in rows.groupby(["atoms", "network"]):
        for part, column in COLUMNS.items():
            yield atoms, network, part, group[column], aenet.loc[(atoms, network), column]
