"""Potentials of n2p2 with compact symmetry functions, types 20 to 25."""

import numpy as np
import pytest

from atomzoo import load_potential
from atomzoo.layers import CompactFunction
from atomzoo.models.formats.n2p2 import read_functions, read_n2p2, write_n2p2
from tests.examples import ALL_COMPACT, ALL_PATHS, crystal, rattled, small_potential, weighted
from tests.models.formats import n2p2_reference as n2p2
from tests.models.formats.n2p2_reference import energy_of

WEIGHTS = {"Ti": 22.0, "O": 8.0}
# Four functions of O and five of Ti each, neither elements nor functions in n2p2's order.
SETS = {
    "polynomials": """
symfunction_short Ti 22 Ti O -4.0 5.0 0 120 p3a
symfunction_short Ti 2 O 0.4 1.0 5.0
symfunction_short Ti 20 O 0.0 4.5 p2a
symfunction_short Ti 25 -5.0 5.0 90 270 p1
symfunction_short Ti 21 O O 0.5 5.0 -90.0 90.0 p4
symfunction_short O 23 1.0 5.0 p4a
symfunction_short O 24 -5.0 5.0 20 160 p2
symfunction_short O 9 Ti Ti 0.01 1 2.0 5.0
symfunction_short O 20 Ti -5.0 5.0 p1a
""",
    "exponentials": """
symfunction_short Ti 22 O O -4.0 5.0 0 180 p2
symfunction_short Ti 22 O O -4.0 5.0 0 150 p2
symfunction_short Ti 22 O Ti -4.0 5.0 0 150 p1
symfunction_short Ti 21 O Ti -5.0 5.0 60 180 e
symfunction_short Ti 20 Ti -4.0 4.5 e
symfunction_short O 22 Ti Ti -5.0 5.0 -170 170 e
symfunction_short O 22 Ti O -5.0 5.0 60 300 p4a
symfunction_short O 24 0.5 5.0 0 150 p3a
symfunction_short O 23 -5.0 5.0 e
""",
}

# The energies and forces of nnp-predict of n2p2 2.3.0 for the cluster of `n2p2_reference` and these random weights.
ENERGIES = {"polynomials": -12.562970442908107, "exponentials": -11.959913321878567}
FORCES = {
    "polynomials": [
        [-5.193268085107167, -6.642140953216922, -1.4905809133022383],
        [-1.839697285644395, 6.595512797719397, 4.61522410211502],
        [6.826264924834601, -0.967644359136304, 3.6988965224657093],
        [4.250830076611533, 5.355891733869777, -8.409789598532067],
        [-4.044129630694572, -4.341619219235948, 1.5862498872535762],
    ],
    "exponentials": [
        [0.11123447658227854, 0.13006362517122783, 0.1079576954772973],
        [-0.05247876968256034, 0.026889008128358982, -0.07131273754531708],
        [0.03193661136059569, -0.04604269266837994, -0.08165175420776795],
        [-0.06794607513134081, -0.091887494359371, 0.12252426906330059],
        [-0.022746243128973085, -0.019022446271835858, -0.07751747278751285],
    ],
}


def folder_of(folder, name):
    """A folder with random weights of one of the sets."""
    block = n2p2.INPUT[n2p2.INPUT.index("symfunction_short") :]
    return n2p2.make_folder(folder, [(block, SETS[name])])


@pytest.mark.parametrize("name", SETS)
def test_energies_and_forces_are_those_of_n2p2(name, tmp_path):
    """And again after writing and reading, in other units too."""
    potential = read_n2p2(folder_of(tmp_path / "files", name))
    result = potential.evaluate_atoms(n2p2.CLUSTER)
    assert result["energy"] == pytest.approx(ENERGIES[name], rel=1e-13)
    np.testing.assert_allclose(result["forces"], FORCES[name], rtol=0, atol=1e-12)
    for units in (("A", "eV"), ("Bohr", "Hartree")):
        write_n2p2(potential, tmp_path / units[0], *units)
        again = read_n2p2(tmp_path / units[0], *units)
        assert again.functions == potential.functions
        assert energy_of(again, n2p2.CLUSTER) == pytest.approx(ENERGIES[name], rel=1e-13)


def test_order_inside_n2p2(tmp_path):
    """By type, subtype, elements and ranges, as nnp-predict lists them; Ti is the heavier element."""
    potential = read_n2p2(folder_of(tmp_path, "exponentials"))
    columns = potential.atomic_network.feature_columns["Ti"]
    found = [(f.kind, f.subtype, *f.neighbors, f.thetahigh) for f in (potential.functions[k] for k in columns)]
    assert found == [
        ("C2", "e", "Ti", 180.0),
        ("C4", "e", "O", "Ti", 180.0),
        ("C5", "p1", "O", "Ti", 150.0),
        ("C5", "p2", "O", "O", 150.0),
        ("C5", "p2", "O", "O", 180.0),
    ]


def test_functions_of_a_file(tmp_path):
    functions, _ = read_functions(folder_of(tmp_path, "polynomials") / "input.nn", "Bohr")
    assert [function.kind for function in functions["O"]] == ["C2", "C4", "G5", "C2"]
    assert functions["O"][0].weights == (("O", 8.0), ("Ti", 22.0))
    assert functions["O"][1].rlow == -functions["O"][1].cutoff == pytest.approx(-5 * 0.529177210903)
    assert (functions["O"][1].thetalow, functions["O"][1].thetahigh) == (20.0, 160.0)


@pytest.fixture(scope="module")
def potential():
    """One with functions of all kinds, whose elements are not ordered by atomic number."""
    functions = [*ALL_PATHS[:2], *ALL_COMPACT, *weighted(ALL_COMPACT, WEIGHTS)]
    return small_potential(["Ti", "O"], functions)


def test_round_trip(potential, tmp_path):
    (atoms,) = rattled(crystal(["Ti", "O"]), 1, seed=5)
    write_n2p2(potential, tmp_path, "Bohr", "Hartree")
    again = read_n2p2(tmp_path, "Bohr", "Hartree")
    expected, found = potential.evaluate_atoms(atoms), again.evaluate_atoms(atoms)
    np.testing.assert_allclose(found["energies"], expected["energies"], rtol=1e-12)
    np.testing.assert_allclose(found["forces"], expected["forces"], atol=1e-12)


def test_through_a_keras_file(potential, tmp_path):
    potential.save(tmp_path / "a.keras")
    again = load_potential(tmp_path / "a.keras")
    assert again.functions == potential.functions
    assert energy_of(again, crystal(["Ti", "O"])) == energy_of(potential, crystal(["Ti", "O"]))


def test_compact_functions_alone_have_no_cutoff_function(tmp_path):
    write_n2p2(small_potential(["Au"], ALL_COMPACT), tmp_path)
    assert "\ncutoff_type 1 0\n" in (tmp_path / "input.nn").read_text()


@pytest.mark.parametrize("weights", [{"Ti": 1.0, "O": 2.0}, {"O": 8.0}])
def test_other_weights_are_refused_before_anything_is_written(weights, tmp_path):
    functions = weighted([CompactFunction("C2", 4.0)], weights)
    with pytest.raises(ValueError, match="n2p2 weights all neighbors by their atomic numbers"):
        write_n2p2(small_potential(["Ti", "O"], functions, scaling="none"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


BAD = {
    "O 20 Ti -5.0 5.0": "type 20 takes the elements and rlow cutoff subtype",
    "O 20 Ti -5.0 5.0 p2 p2": "type 20 takes",
    "O 23 Ti -5.0 5.0 p2": "type 23 takes",
    "O 22 Ti -5.0 5.0 0 180 p2": "expected one of the elements O Ti. Received: '-5.0'",
    "O 22 Ti O -5.0 5.0 p2": "type 22 takes the elements and rlow cutoff thetalow thetahigh subtype",
    "O 20 Ti -5.0 5.0 p7": "`subtype` must be one of p1",
    "O 20 Ti 5.0 5.0 p2": "`rlow` must be below `cutoff`",
    "O 20 Ti x 5.0 p2": "expected a finite number. Received: 'x'",
    "O 25 -5.0 5.0 -30 90 p2": "angles below 0 must have its center at 0",
    "O 13 Ti O 1.0": "must be of type 2, 3, 9 or 20 to 25",
}


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_cannot_be_read(line, tmp_path):
    folder = folder_of(tmp_path, "polynomials")
    with open(folder / "input.nn", "a") as file:
        file.write(f"symfunction_short {line}\n")
    with pytest.raises(ValueError, match=BAD[line]) as error:
        read_n2p2(folder)
    assert str(error.value).startswith(f"'{folder / 'input.nn'}', line ") and "\n" not in str(error.value)
