"""Table 2 of the paper beside ours: its unit "eV" read as Ry^2, and in eV^2."""

from ase.units import Ry

from atomzoo.datasets.gold_clusters import aenet_baseline
from atomzoo.reproductions.beside_paper import beside, notes
from atomzoo.reproductions.paper_numbers import printed_in_ase_units
from atomzoo.reproductions.report import markdown_table, spread

PAPER, ITEM = "barch_tubman_2017", "table-2"
COLUMNS = {"train": "train_mse_eV2", "validation": "validation_mse_eV2"}
WHO = ("aenet", "this network")
ABOUT = """\
The paper prints "eV"; its total energies are in Ry (table 3), and so its errors are read as Ry^2, {ry2:.1f} eV^2 each.
Its data are not public: both data and networks differ. The columns "aenet, earlier data" were measured here.
"""


def quantity(atoms, network, part, who):
    """The name of a cell in `paper.csv`; `part` is train or validation, `who` one of `WHO`."""
    return f"Au{atoms} {network} {part} MSE, {who}"


def printed_cell(atoms, network, part, who):
    """A mean squared error of the paper's table, in eV^2."""
    return printed_in_ase_units(PAPER, ITEM, quantity(atoms, network, part, who))


def beside_paper(rows):
    """The table of `beside` of rows of `table_2.train_one`: errors in Ry^2, random split, trained on energies only."""
    ours = {}
    for atoms, network, part, values, aenet in _cells(rows):
        ours[quantity(atoms, network, part, "this network")] = spread(values / Ry**2)
        ours[quantity(atoms, network, part, "aenet")] = f"{aenet / Ry**2:.3g} (earlier data)"
    return beside(PAPER, {ITEM: ours})


def section(rows):
    """The Markdown: the paper's columns and ours, in Ry^2 and in eV^2."""
    lines = []
    for atoms, network, part, values, aenet in _cells(rows):
        paper = [printed_cell(atoms, network, part, who) for who in WHO]
        errors = [*paper, aenet, values.mean()]
        cells = [f"{error / unit:.2E}" for unit in (Ry**2, 1.0) for error in errors]
        lines.append([atoms, network, part, *cells, f"{paper[-1] / errors[-1]:.0f}"])
    names = ["paper: aenet", "paper: this network", "aenet, earlier data", "ours"]
    columns = [f"{name}, {unit}" for unit in ("Ry^2", "eV^2") for name in names]
    table = markdown_table(["atoms", "network", "part", *columns, "paper / ours"], lines)
    parts = ["## The paper's table beside ours, random split\n", ABOUT.format(ry2=Ry**2), table]
    return "\n".join([*parts, notes(beside_paper(rows))])


def _cells(rows):
    """Atoms, network, part, our errors of all seeds (eV^2), and aenet's on the earlier data, of each printed cell."""
    aenet = aenet_baseline().query("method == 'L-BFGS-B' and split == 'random'").set_index(["atoms", "network"])
    chosen = rows[(rows["split"] == "random") & ~rows["forces"]]
    for (atoms, network), group in chosen.groupby(["atoms", "network"]):
        for part, column in COLUMNS.items():
            yield atoms, network, part, group[column], aenet.loc[(atoms, network), column]
