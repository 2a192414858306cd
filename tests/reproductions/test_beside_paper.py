import pytest

from atomzoo.reproductions.beside_paper import COLUMNS, beside, notes, section


@pytest.fixture
def table():
    return beside("behler_parrinello_2007", {"figure-1": {"inputs": 2, "weights": "13 of them"}, "figure-2": {}})


def test_every_row_of_the_items_is_there(table):
    assert tuple(table.columns) == COLUMNS
    assert table[["item", "quantity", "paper", "ours"]].values.tolist() == [
        ["figure-1", "inputs", "2", "2"],
        ["figure-1", "hidden nodes", "3", "-"],
        ["figure-1", "weights", "13", "13 of them"],
        ["figure-2", "atoms", "3", "-"],
    ]


def test_markdown(table):
    assert "| figure-1 | weights |  | 13 | 13 of them | agrees: 2 x 3 + 3 + 3 + 1 |" in section(table)
    alone = section(table[table["item"] == "figure-1"], "# Heading")
    assert alone.startswith("# Heading\n\n| quantity | unit | paper | ours | note |") and "figure" not in alone
    assert notes(table) == "* weights: agrees: 2 x 3 + 3 + 3 + 1.\n* atoms: drawing.\n"


def test_numbers_have_four_digits():
    table = beside("tio2_bpnn", {"test-error": {"test RMSE": 0.1234567}})
    assert table.set_index("quantity").loc["test RMSE", ["paper", "ours", "unit"]].tolist() == ["327.7", "0.1235", "eV"]


@pytest.mark.parametrize("ours", [{"table-9": {}}, {"table-2": {"leyers": 4}}])
def test_what_the_paper_does_not_have(ours):
    with pytest.raises(
        ValueError, match=r"no such item or quantity. Received: ('table-9', \[\]|'table-2', \['leyers'\])"
    ):
        beside("tio2_bpnn", ours)
