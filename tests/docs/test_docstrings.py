"""What Sphinx gets of a docstring: tables and formulas as RST, all other lines as they are."""

import runpy
from pathlib import Path

to_sphinx = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "docstrings.py"))["to_sphinx"]


def converted(text):
    lines = text.splitlines()
    to_sphinx(None, None, None, None, None, lines)
    return "\n".join(lines)


def test_a_table_becomes_a_list_table():
    lines = converted("Sets:\n\n| set | T |\n|---|---|\n| 1 | 300 |\n\nEnd").splitlines()
    assert ".. list-table::" in lines and not any(line.startswith("|") for line in lines)
    cells = [line.split("- ")[1] for line in lines if "- " in line]
    assert cells == ["set", "T", "1", "300"] and lines[-1] == "End"


def test_an_indented_block_after_a_paragraph_is_literal():
    assert converted("For atom i:\n\n    G1 = sum_j\n    G2 = |r|\n\nEnd").split("\n") == [
        "For atom i:", "", "::", "", "    G1 = sum_j", "    G2 = |r|", "", "End",
    ]  # fmt: skip


def test_sections_stay_as_they_are():
    text = "Line.\n\nArgs:\n    a: one,\n        or two.\n\nReturns:\n    b.\n\nExample:\n\n>>> 1\n1"
    assert converted(text) == text
