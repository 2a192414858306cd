import keras
import numpy as np
import pandas
import pytest
from ase.units import GPa

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo import load_function_set
from atomzoo.datasets import silicon
from atomzoo.reproductions.behler_parrinello_2007 import _accuracy_output, accuracy
from tests.examples import small_potential


def rows_of(seeds=(0, 1)):
    parts = ["train", "validation", "test", "diamond", "liquid"]
    rows = [
        {"network": network, "seed": seed, "part": part, "structures": 10 * (k + 1), "val_loss": 2.0 - seed}
        | {"energy_meV_per_atom": k + 1.0 + seed, "forces_eV_per_A": 0.1, "stress_GPa": 1.0, "train_seconds": 60.0}
        for network in accuracy.NETWORKS
        for seed in seeds
        for k, part in enumerate(parts)
    ]
    return pandas.DataFrame(rows)


def test_errors_are_root_mean_squares_of_deviations():
    potential, structures = small_potential(["Si"]), silicon.load_data("test")[:5]
    results = potential.evaluate_atoms(structures)
    energy, forces, stress = accuracy.errors_of(potential, structures)
    labels = [(a.get_potential_energy() / len(a), a.get_forces(), a.get_stress(voigt=False)) for a in structures]
    differences = [
        (e - r["energy"] / len(r["forces"]), f - r["forces"], s - r["stress"])
        for (e, f, s), r in zip(labels, results, strict=True)
    ]
    of_energy, of_forces, of_stress = (
        np.concatenate([np.ravel(d) for d in part]) for part in zip(*differences, strict=True)
    )
    assert energy == pytest.approx(1e3 * np.sqrt(np.mean(of_energy**2)))
    assert forces == pytest.approx(np.sqrt(np.mean(of_forces**2)))
    assert stress == pytest.approx(np.sqrt(np.mean(of_stress**2)) / GPa)


def test_the_seed_with_the_smallest_loss_of_validation_structures_is_kept():
    assert accuracy.best_seed(rows_of()) == 1


def test_text():
    text = _accuracy_output.markdown(rows_of(), 1, False, 9.0)
    assert "10 structures to train on, 20 held out to choose the iteration, 30 to test" in text
    assert "| test | 3.5 ± 0.71 | 3.5 ± 0.71 | 0.1 ± 0 | 0.1 ± 0 | 1 ± 0 | 1 ± 0 |" in text
    assert "| diamond (40) | 4.5 ± 0.71 |" in text and "Kept: seed 1" in text
    assert text.endswith("9 s, `atomzoo reproduce behler-parrinello-2007/accuracy`\n")


def test_beside_the_paper():
    table = _accuracy_output.beside_paper(rows_of((0,))).set_index("quantity")
    assert table.loc["test energy RMSE, high", "ours"] == "3 (energies); 3 (energies, forces, stress)"
    assert table.loc["energies", "ours"] == "60" and table.loc["weights", "ours"] == "3641"


def test_weights_of_the_network():
    widths = [len(load_function_set(accuracy.FUNCTIONS, ["Si"])), *accuracy.HIDDEN, 1]
    assert sum(a * b + b for a, b in zip(widths[:-1], widths[1:], strict=True)) == 3641
