import json

import numpy as np
import pytest
from ase.build import molecule

from atomzoo.layers import SymmetryFunction
from atomzoo.models.selection.descriptors import descriptors, save_descriptors


def fc(r, cutoff=6.0):
    return 0.5 * (np.cos(np.pi * r / cutoff) + 1)


@pytest.fixture(scope="module")
def water():
    return molecule("H2O")


def test_each_element_has_its_own_functions(water):
    functions = {
        "H": [SymmetryFunction("G1", 6.0)],  # resolved: H, then O
        "O": [SymmetryFunction("G1", 6.0, neighbors=("H",))],
    }
    table = descriptors([water, water[1:]], functions, ["H", "O"])
    r_oh, r_hh = water.get_distance(0, 1), water.get_distance(1, 2)
    hydrogen = [fc(r_hh), fc(r_oh)]
    expected = [[2 * fc(r_oh), np.nan], hydrogen, hydrogen, [fc(r_hh), 0], [fc(r_hh), 0]]
    np.testing.assert_allclose(table["values"], expected, atol=1e-12)
    assert table["species"].tolist() == ["O", "H", "H", "H", "H"]
    assert table["structure"].tolist() == [0, 0, 0, 1, 1] and table["atom"].tolist() == [0, 1, 2, 0, 1]
    assert [function["neighbors"] for function in json.loads(str(table["functions"]))["H"]] == [["H"], ["O"]]


def test_file_and_progress(water, tmp_path):
    seen = []

    def track(parts):
        seen.extend(parts)
        return parts

    table = descriptors([water], [SymmetryFunction("G1", 6.0)], ["H", "O"], track=track)
    assert seen == [[water]]
    save_descriptors(table, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as stored:
        assert stored.files == ["values", "structure", "atom", "species", "functions"]
        for name in stored.files:
            np.testing.assert_array_equal(stored[name], table[name])


def test_element_without_functions(water):
    with pytest.raises(ValueError, match="structure 0: there is no set-up for 'O'. Received: H"):
        descriptors([water], {"H": [SymmetryFunction("G1", 6.0)]}, ["H"])
