"""What the recorded results have of the papers' numbers, and that scripts make the same of their recorded csv."""

import os
import re
import shutil
from decimal import Decimal
from importlib import import_module

import pandas
import pytest

from atomzoo.catalog import reproductions, results_of
from atomzoo.reproductions.paper_numbers import paper_numbers
from tests.lammps_program import HAS_LAMMPS

NEED_TIO2 = ("artrith-urban-2016/", "tio2-bpnn/")
NEED_LAMMPS = ("stende-2017/stillinger-weber", "stende-2017/vashishta")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
SCRIPTS = {entry.name: entry for entry in reproductions()}
RECORDED = {
    name: path
    for name, entry in SCRIPTS.items()
    for path in results_of(entry)
    if path.name == f"{entry.path.stem}_paper.csv"
}
REDRAWN = [
    pytest.param(name, marks=[pytest.mark.slow] * name.startswith((*NEED_TIO2, *NEED_LAMMPS)))
    for name in RECORDED  # what was not run since it has the paper's numbers may lack columns
    if "\ndef redraw(" in SCRIPTS[name].path.read_text()
]


def read(path):
    return pandas.read_csv(path, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_numbers_are_those_of_the_paper(name):
    paper, table = name.split("/")[0].replace("-", "_"), read(RECORDED[name])
    expected = paper_numbers(paper).rename(columns={"value": "paper", "unit_as_read": "unit"})
    expected = expected[expected["item"].isin(table["item"])].reset_index(drop=True)
    columns = ["item", "quantity", "paper", "unit", "note"]
    pandas.testing.assert_frame_equal(table[columns], expected[columns])
    assert (table["ours"] != "").all()


@pytest.mark.parametrize("name", RECORDED)
def test_the_text_has_every_number_of_the_paper(name):
    text = RECORDED[name].with_name(f"{SCRIPTS[name].path.stem}.md").read_text()
    assert [value for value in read(RECORDED[name])["paper"] if value not in text] == []


@pytest.mark.parametrize("name", REDRAWN)
def test_text_is_made_of_the_recorded_csv(name, tmp_path, capsys):
    """Words and lines are the same, and numbers within one unit of their last digit: a csv has fewer digits."""
    if name.startswith(NEED_TIO2) and "ATOMZOO_DATA" not in os.environ:
        pytest.skip("needs the data set in the folder that ATOMZOO_DATA names")
    if name.startswith(NEED_LAMMPS) and not HAS_LAMMPS:
        pytest.skip("runs LAMMPS: needs lmp on PATH")
    entry = SCRIPTS[name]
    for path in results_of(entry):
        shutil.copy(path, tmp_path)
    import_module(entry.module).redraw(tmp_path)
    for path in results_of(entry):
        new, old = (tmp_path / path.name), path
        if path.suffix == ".csv" and not path.name.endswith("_paper.csv"):
            assert new.read_bytes() == old.read_bytes()
        elif path.suffix in (".md", ".csv"):
            assert_same(new.read_text(), old.read_text())
    text = results_of(entry)[0].with_name(f"{entry.path.stem}.md").read_text()
    assert (tmp_path / f"{entry.path.stem}.md").read_text().splitlines()[-1] == text.splitlines()[-1]
    assert entry.name in capsys.readouterr().out


def assert_same(new, old):
    assert NUMBER.sub("#", new).splitlines() == NUMBER.sub("#", old).splitlines()
    for a, b in zip(NUMBER.findall(new), NUMBER.findall(old), strict=True):
        assert abs(float(a) - float(b)) <= 1.01 * max(last_digit(a), last_digit(b)), (a, b)


def last_digit(number):
    """What one unit in the last digit of a printed number is worth."""
    return 10.0 ** Decimal(number).as_tuple().exponent


def test_numbers_that_differ_are_found():
    assert_same("0.16 ± 0.005 of 3", "0.159 ± 0.0049 of 3")
    for other in ("0.18 ± 0.005 of 3", "0.16 ± 0.005 of 5", "0.16 ± 0.005 of"):
        with pytest.raises(AssertionError):
            assert_same("0.16 ± 0.005 of 3", other)
