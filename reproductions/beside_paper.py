"""The printed numbers of a paper's items with ours beside them: one table, the same for every script."""

from atomzoo.reproductions.paper_numbers import paper_numbers
from atomzoo.reproductions.report import markdown_table

COLUMNS = ("item", "quantity", "unit", "paper", "ours", "note")
NOTHING = "-"


def beside(paper, ours):
    """All rows of some items of a paper's `paper.csv`, with ours beside them.

    Args:
        paper: name of the folder of its scripts, such as "barch_tubman_2017".
        ours: dict of the items to dicts of their quantities to ours: a number in the unit that the paper's is read in,
            or words. A quantity that is left out has none of ours.

    Returns:
        `pandas.DataFrame` of strings with the columns `COLUMNS`, in the order of the paper; `paper` as printed.

    Raises:
        ValueError: the paper has no such item or quantity.

    Example:
        >>> table = beside("tio2_bpnn", {"table-2": {"layers": 4, "nodes": 32}})
        >>> table[["quantity", "paper", "ours"]].values.tolist()[:3]
        [['layers', '5', '4'], ['nodes', '64', '32'], ['learning rate', '1e-4', '-']]
    """
    rows = paper_numbers(paper)
    for item, found in ours.items():
        unknown = set(found) - set(rows.loc[rows["item"] == item, "quantity"])
        if unknown or item not in set(rows["item"]):
            raise ValueError(f"{paper}: paper.csv has no such item or quantity. Received: {item!r}, {sorted(unknown)}")
    rows = rows[rows["item"].isin(ours)].rename(columns={"unit_as_read": "unit", "value": "paper"})
    pairs = zip(rows["item"], rows["quantity"], strict=True)
    cells = [_cell(ours[item].get(quantity, NOTHING)) for item, quantity in pairs]
    return rows.assign(ours=cells)[list(COLUMNS)].reset_index(drop=True)


def section(table, heading="## The paper's numbers, and ours"):
    """The Markdown of a table of `beside`."""
    columns = [name for name in COLUMNS if name != "item" or table["item"].nunique() > 1]
    return f"{heading}\n\n{markdown_table(columns, table[columns].values.tolist())}"


def notes(table):
    """What `paper.csv` says of single numbers of a table, a Markdown list."""
    noted = table[table["note"] != ""]
    return "".join(f"* {row.quantity}: {row.note}.\n" for row in noted.itertuples())


def _cell(value):
    return value if isinstance(value, str) else f"{value:.4g}"
