"""The transcribed numbers of the papers: their files, what the papers say of them, and what scripts have of them."""

from importlib import import_module
from pathlib import Path

import ase.units
import numpy as np
import pytest
import scipy.stats

from atomzoo import load_function_set
from atomzoo.reproductions.paper_numbers import COLUMNS, paper_numbers, printed, printed_in_ase_units

BARCH, BPNN, STENDE = "barch_tubman_2017", "tio2_bpnn", "stende_2017"
ARTRITH, BEHLER = "artrith_urban_2016", "behler_parrinello_2007"
PAPERS = (BARCH, BPNN, STENDE, ARTRITH, BEHLER)
SIZES, NETWORKS = (3, 4, 5), ("15t-15t", "30t-30t", "40t-20t-20t-10t")


def note(paper, item, quantity):
    rows = paper_numbers(paper).set_index(["item", "quantity"])
    return rows.loc[(item, quantity), "note"]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_row_is_complete_and_named_once(paper):
    rows = paper_numbers(paper)
    assert tuple(rows.columns) == COLUMNS and len(rows) > 30
    assert (rows[["item", "quantity", "value", "where"]] != "").all(axis=None)
    assert rows.map(lambda cell: cell == cell.strip() and "\n" not in cell).all(axis=None)
    assert not rows.duplicated(["item", "quantity"]).any()


@pytest.mark.parametrize("paper", PAPERS)
def test_values_that_begin_as_numbers_are_numbers(paper):
    rows = paper_numbers(paper)
    for row in rows[rows["value"].str.match(r"[-+.]?\d") & ~rows["value"].str.contains("[a-df-zA-DF-Z]")].itertuples():
        assert np.isfinite(printed(paper, row.item, row.quantity))


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (paper_numbers, ("barch",), "`paper` must be one of .*, tio2_bpnn. Received: 'barch'$"),
        (printed, (BARCH, "table-9", "x"), "`item` must be one of table-1, .* Received: 'table-9'$"),
        (printed, (BARCH, "table-1", "x"), "table-1 has no such quantity.* Received: 'x'$"),
        (printed, (BARCH, "figure-5", "panel a shape"), "is not a number. Received: 'dimer'$"),
        (printed_in_ase_units, (BARCH, "section-4", "validation share"), "is not in eV, .* Received: '%'$"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(function, arguments, message):
    with pytest.raises(ValueError, match=message) as raised:
        function(*arguments)
    assert "\n" not in str(raised.value)


def test_units():
    quantity = "Au5 30t-30t train MSE, aenet"
    ratio = printed_in_ase_units(BARCH, "table-2", quantity) / printed(BARCH, "table-2", quantity)
    assert ratio == pytest.approx(185.1, abs=0.05) and ratio == pytest.approx(ase.units.Ry**2)
    assert "185.1 eV^2" in note(BARCH, "table-2", "Au3 15t-15t train MSE, this network")
    energy = printed_in_ase_units(BARCH, "table-3", "Au3 DFT's minimum, DFT")
    assert energy == pytest.approx(-2688.6, abs=0.1)  # eV; our own DFT has -2688.99


@pytest.mark.parametrize("column", ["aenet", "baseline"])
def test_table_1_of_barch_and_tubman_adds_up(column):
    sets = np.array([printed(BARCH, "table-1", f"set {n} validation MSE, {column}") for n in range(1, 9)])
    summaries = {"average": sets.mean(), "average without set 1": sets[1:].mean(), "median": np.median(sets)}
    for name, value in summaries.items():
        assert printed(BARCH, "table-1", f"{name} validation MSE, {column}") == pytest.approx(value, rel=1e-9)


def test_in_table_1_the_baseline_wins_in_six_sets():
    sets = {
        c: [printed(BARCH, "table-1", f"set {n} validation MSE, {c}") for n in range(1, 9)]
        for c in ("aenet", "baseline")
    }
    wins = np.less(sets["baseline"], sets["aenet"])
    assert wins.sum() == printed(BARCH, "table-1", "sets where the baseline is below aenet") and not wins[[0, 5]].any()


def table_2(network, part, who):
    return np.array([printed(BARCH, "table-2", f"Au{n} {network} {part} MSE, {who}") for n in SIZES])


def test_in_table_2_the_network_wins_in_all_cells():
    cells = [table_2(n, p, "this network") < table_2(n, p, "aenet") for n in NETWORKS for p in ("train", "validation")]
    assert np.sum(cells) == printed(BARCH, "section-5", "cells where this network is below aenet") == np.size(cells)


def test_validation_errors_of_table_2_are_above_training_errors():
    for network in NETWORKS:
        for who in ("this network", "aenet"):
            assert (table_2(network, "validation", who) > table_2(network, "train", who)).all()


@pytest.mark.parametrize("part", ["train", "validation"])
def test_the_exponent_that_is_suspect_is_said_to_be(part):
    others = np.median([table_2(network, part, "aenet")[0] for network in NETWORKS if network != "30t-30t"])
    assert table_2("30t-30t", part, "aenet")[0] > 5 * others
    assert "misprint" in note(BARCH, "table-2", f"Au3 30t-30t {part} MSE, aenet")


def test_what_the_text_says_of_table_3():
    rows = ("lowest training energy", "network's minimum, network", "network's minimum, DFT", "DFT's minimum, DFT")
    training, network, there, lowest = ([printed(BARCH, "table-3", f"Au{n} {row}") for n in SIZES] for row in rows)
    difference = printed(BARCH, "table-3", "Au3 difference of the two DFT minima")
    assert there[0] - lowest[0] == pytest.approx(difference, rel=1e-3)
    assert np.less(there, training).sum() == printed(
        BARCH, "section-5", "predicted minima below the training data by DFT"
    )
    assert np.less_equal(lowest, there).all() and np.less(network, there).all()
    said = note(BARCH, "table-2", "Au3 15t-15t train MSE, this network")
    assert all(f"{error:.1E}" in said for error in np.subtract(there, network) ** 2)


def test_the_bpnn_paper_contradicts_itself():
    mean, deviation = (printed(BPNN, "figure-3", f"residual {name}") for name in ("mean", "deviation"))
    rmse = np.hypot(mean, deviation)
    assert rmse > 7 * printed(BPNN, "test-error", "test RMSE")
    assert f"{rmse:.1f} eV" in note(BPNN, "figure-3", "residual deviation")
    assert mean == printed(BPNN, "test-error", "test RMSE, line before") and "327.7" in note(
        BPNN, "figure-3", "residual mean"
    )
    assert f"{2 * scipy.stats.norm.sf(1.5):.3f}" in note(BPNN, "figure-3", "outlier fraction")
    share = (
        100 * printed(BPNN, "section-5", "structures used") / printed(BPNN, "section-3", "structures in the data set")
    )
    assert f"{share:.1f} %" in note(BPNN, "section-5", "share of the data set")


def test_sizes_of_behler_and_parrinello():
    assert printed(BEHLER, "data", "training energies") + printed(BEHLER, "data", "test energies") == printed(
        BEHLER, "data", "energies"
    )
    inputs, nodes = printed(BEHLER, "figure-1", "inputs"), printed(BEHLER, "figure-1", "hidden nodes")
    assert (inputs + 1) * nodes + nodes + 1 == printed(BEHLER, "figure-1", "weights")
    functions, width = printed(BEHLER, "functions", "functions"), printed(BEHLER, "network", "nodes a layer")
    weights = (functions + 1) * width + (width + 1) * width + width + 1
    assert str(int(weights)) in note(BEHLER, "network", "weights")
    edge = printed_in_ase_units(BEHLER, "figure-3", "edge of the cell")
    assert edge == pytest.approx(2 * 5.431, abs=1e-3)  # lattice constant of silicon, Å; 8 atoms a cell
    functions = load_function_set("behler-parrinello-2007", ["Si"])
    assert len(functions) == printed(BEHLER, "functions", "functions")
    assert max(f.cutoff for f in functions) == printed(BEHLER, "functions", "cutoff")


def test_sizes_of_aenets_trainings():
    for name in ("set001", "set003"):
        structures = printed(ARTRITH, name, "training structures") + printed(ARTRITH, name, "test structures")
        assert f"leaves {structures:.0f} of 7815" in note(ARTRITH, name, "largest cohesive energy")
    counts = [f.kind for f in load_function_set("aenet-tio2", ["Ti", "O"])]
    assert [counts.count(kind) for kind in ("G2", "G4")] == [
        printed(ARTRITH, "functions", kind) for kind in ("G2", "G4")
    ]
    assert len(counts) == printed(ARTRITH, "functions", "functions")


def test_numbers_of_stende():
    force = abs(24 * (2 / 3**13 - 1 / 3**7))
    assert f"{force:.4f}" in note(STENDE, "section-2-4", "Lennard-Jones force at 3 sigma")
    train, test = (printed(STENDE, "stillinger-weber", f"{part} environments") for part in ("training", "test"))
    assert test / (train + test) == pytest.approx(0.1, abs=2e-4)
    functions = load_function_set("stende-2017-silicon", ["Si"])
    for kind, name in (("G2", "radial functions"), ("G5", "angular functions")):
        assert sum(f.kind == kind for f in functions) == printed(STENDE, "stillinger-weber", name)
    assert len(functions) == printed(STENDE, "stillinger-weber", "symmetry functions")
    assert max(f.cutoff for f in functions) == printed(STENDE, "stillinger-weber", "cutoff")


def test_the_ten_requirements_of_stende():
    rows = paper_numbers(STENDE).query("item == 'requirements'").set_index("quantity")["value"]
    count = int(printed(STENDE, "requirements", "number"))
    verdicts = [rows[f"requirement {n}, verdict"] for n in range(1, count + 1)]
    assert len({rows[f"requirement {n}"] for n in range(1, count + 1)}) == count == 10
    assert verdicts.count("met") > count / 2 and verdicts.index("not met") + 1 == 7


LITERALS = [
    ("barch_tubman_2017._shared.hydrogen", lambda m: len(m.radial_set()), BARCH, "section-4", "functions, trained"),
    ("barch_tubman_2017._shared.hydrogen", lambda m: len(m.angular_set()), BARCH, "section-4", "functions, fixed"),
    ("stende_2017.lennard_jones", lambda m: m.CUTOFF, STENDE, "lennard-jones", "cutoff"),
]


@pytest.mark.parametrize(("module", "literal", "paper", "item", "quantity"), LITERALS)
def test_scripts_have_the_printed_numbers(module, literal, paper, item, quantity):
    script = import_module(f"atomzoo.reproductions.{module}")
    assert literal(script) == pytest.approx(printed(paper, item, quantity), rel=1e-12)


def test_scripts_have_the_networks_and_the_grid():
    from atomzoo.models.tuning.grid import BPNN_TABLE_I
    from atomzoo.reproductions.barch_tubman_2017 import table_2

    assert tuple(table_2.NETWORKS) == NETWORKS
    rows = paper_numbers(BPNN).query("item == 'table-1'").set_index("quantity")["value"]
    for name, paper_name in (("layers", "layers"), ("nodes", "nodes"), ("learning_rate", "learning rate")):
        assert BPNN_TABLE_I[name] == [float(rows[f"{paper_name}, value {n}"]) for n in (1, 2, 3)]
    assert np.prod([len(values) for values in BPNN_TABLE_I.values()]) == printed(BPNN, "table-1", "combinations")


def test_data_have_the_printed_references():
    from atomzoo.datasets import tio2

    assert (
        tio2.N_STRUCTURES
        == printed(ARTRITH, "data", "structures")
        == printed(BPNN, "section-3", "structures in the data set")
    )
    for name in ("set001", "set003"):
        energies = {
            "Ti": printed(ARTRITH, name, "energy of a Ti atom"),
            "O": printed(ARTRITH, name, "energy of an O atom"),
        }
        assert tio2.ATOMIC_ENERGIES[f"aenet-{name}"] == energies


@pytest.mark.parametrize(
    ("module", "paper", "item", "quantities"),
    [
        ("stende_2017.stillinger_weber", STENDE, "stillinger-weber", ["training environments", "test environments"]),
        ("stende_2017.stillinger_weber", STENDE, "stillinger-weber", ["bulk modulus, Stillinger-Weber"]),
        ("stende_2017.stillinger_weber", STENDE, "stillinger-weber", ["shear modulus, Stillinger-Weber"]),
        ("stende_2017.stillinger_weber", STENDE, "stillinger-weber", ["Poisson's ratio, Stillinger-Weber"]),
        ("artrith_urban_2016.tio2", ARTRITH, "set001", ["test MAE", "test RMSE", "iterations", "features"]),
    ],
)
def test_docstrings_have_the_printed_numbers(module, paper, item, quantities):
    rows = paper_numbers(paper).query("item == @item").set_index("quantity")["value"]
    text = import_module(f"atomzoo.reproductions.{module}").__doc__
    assert all(rows[quantity] in text for quantity in quantities)


def test_the_recorded_table_has_aenets_errors():
    folder = Path(import_module("atomzoo.reproductions.artrith_urban_2016.tio2").__file__).parent
    rows = paper_numbers(ARTRITH).query("item == 'set001'").set_index("quantity")["value"]
    train, test = ([rows[f"{part} {name}"] for name in ("MAE", "RMSE")] for part in ("train", "test"))
    cells = ["aenet 15-15 tanh", *train, "-", "-", *test, "-", "-", f"{rows['training seconds']} (4 processes)"]
    assert f"| {' | '.join(cells)} |" in (folder / "results" / "tio2.md").read_text()
