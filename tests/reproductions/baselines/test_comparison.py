import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.baselines.comparison import Trained, all_have_forces, draw, table
from tests.examples import crystal, rattled

PARTS = {"train": rattled(crystal(["Ti", "O"]), 3), "validation": rattled(crystal(["Ti", "O"]), 2, seed=1)}


def off_by(energy, force):
    """A program whose energies are so many eV an atom above the labels, and its forces so many eV/A."""
    results = {
        part: [
            {"energy": s.get_potential_energy() + energy * len(s), "forces": s.get_forces() + force} for s in structures
        ]
        for part, structures in PARTS.items()
    }
    return Trained("other 1.0", "energies", results, 7.0, 6.0)


def test_errors_of_each_part():
    rows = table(PARTS, [off_by(0.003, -0.2), off_by(-0.001, 0.1)])
    assert rows["part"].tolist() == ["train", "validation"] * 2 and rows["structures"].tolist() == [3, 2] * 2
    for kind in ("mae", "rmse"):
        np.testing.assert_allclose(rows[f"energy_{kind}_meV_per_atom"], [3, 3, 1, 1])
        np.testing.assert_allclose(rows[f"forces_{kind}_eV_per_A"], [0.2, 0.2, 0.1, 0.1])
    assert set(rows["train_seconds"]) == {7.0} and set(rows["train_cpu_seconds"]) == {6.0}


def test_the_figure_has_errors_over_energies_of_the_validation_structures():
    (axis,) = draw(PARTS, [off_by(0.003, 0.0)]).axes
    energies, errors = axis.lines[0].get_data()
    np.testing.assert_allclose(energies, [s.get_potential_energy() / len(s) for s in PARTS["validation"]])
    np.testing.assert_allclose(errors, 3.0)


def test_one_structure_without_forces():
    assert all_have_forces(PARTS)
    bare = PARTS["train"][0].copy()
    assert not all_have_forces(PARTS | {"validation": [*PARTS["validation"], bare]})
