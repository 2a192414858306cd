"""The numbers that the papers print, from the file `paper.csv` beside the scripts of each paper.

A row is one printed number, or one result that the paper states in words: `item` (such as "table-1", "figure-4" or
"section-5"), `quantity`, `value`, `unit_as_printed`, `unit_as_read` (what the number is in, which the paper may not
say), `where` (section and table) and `note` (ambiguities and misprints). Item and quantity name a row; a script looks
its number up and has no literal of its own.
"""

from pathlib import Path

import pandas
from ase.units import Bohr, Ry

COLUMNS = ("item", "quantity", "value", "unit_as_printed", "unit_as_read", "where", "note")
# By the unit as read: one of it in eV, eV^2 or Å.
ASE_UNITS = {"eV": 1.0, "eV^2": 1.0, "Å": 1.0, "Ry": Ry, "Ry^2": Ry**2, "Bohr": Bohr}


def paper_numbers(paper):
    """All rows of one paper.

    Args:
        paper: name of the folder of its scripts, such as "barch_tubman_2017".

    Returns:
        `pandas.DataFrame` with the columns `COLUMNS`, all of them strings as printed, in the order of the paper.

    Raises:
        ValueError: there is no such paper.

    Example:
        >>> rows = paper_numbers("tio2_bpnn")
        >>> rows.loc[rows["item"] == "table-2", ["quantity", "value"]].to_dict("split")["data"][:2]
        [['layers', '5'], ['nodes', '64']]
    """
    files = {path.parent.name: path for path in sorted(Path(__file__).parent.glob("*/paper.csv"))}
    if paper not in files:
        raise ValueError(f"`paper` must be one of {', '.join(files)}. Received: {paper!r}")
    return pandas.read_csv(files[paper], dtype=str, keep_default_na=False)


def printed(paper, item, quantity):
    """One number, in the unit `unit_as_read` of its row.

    Args:
        paper: name of the folder of its scripts.
        item, quantity: those of the row.

    Returns:
        float.

    Raises:
        ValueError: there is no such paper or row, or the row has words for a value.

    Example:
        >>> printed("barch_tubman_2017", "table-2", "Au3 15t-15t validation MSE, this network")  # Ry^2
        0.00013
    """
    row = _row(paper, item, quantity)
    try:
        return float(row["value"])
    except ValueError:
        raise ValueError(f"{paper}: {item}, {quantity!r} is not a number. Received: {row['value']!r}") from None


def printed_in_ase_units(paper, item, quantity):
    """One energy, squared energy or length as `printed`, in eV, eV^2 or Å.

    Raises:
        ValueError: as `printed`, or the row is in another unit.

    Example:
        >>> quantity = "Au3 15t-15t validation MSE, this network"
        >>> round(printed_in_ase_units("barch_tubman_2017", "table-2", quantity), 4)  # eV^2
        0.0241
    """
    unit = _row(paper, item, quantity)["unit_as_read"]
    if unit not in ASE_UNITS:
        raise ValueError(f"{paper}: {item}, {quantity!r} is not in {', '.join(ASE_UNITS)}. Received: {unit!r}")
    return printed(paper, item, quantity) * ASE_UNITS[unit]


def _row(paper, item, quantity):
    rows = paper_numbers(paper)
    of_item = rows[rows["item"] == item]
    if of_item.empty:
        raise ValueError(f"{paper}: `item` must be one of {', '.join(rows['item'].unique())}. Received: {item!r}")
    found = of_item[of_item["quantity"] == quantity]
    if found.empty:
        raise ValueError(f"{paper}: {item} has no such quantity, see paper.csv. Received: {quantity!r}")
    return found.iloc[0]
