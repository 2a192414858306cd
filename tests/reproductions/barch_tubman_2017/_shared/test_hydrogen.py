"""Training of the networks of dense hydrogen, on a few lattices under pair forces."""

import json
from collections import Counter

import keras
import numpy as np
import pytest

import atomzoo
from atomzoo import fit
from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.version import __version__
from tests.reproductions.barch_tubman_2017.hydrogen_examples import lattices, use_small_data

pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow"),
    pytest.mark.compiled,
]


def test_numbers_of_functions():
    assert Counter(f.kind for f in hydrogen.radial_set()) == {"G1": 8, "G2": 8, "G3": 8}
    assert Counter(f.kind for f in hydrogen.angular_set()) == {"G2": 12, "G5": 24}
    for functions in (hydrogen.radial_set(), hydrogen.angular_set()):
        assert len(set(functions)) == len(functions)
        assert max(f.cutoff for f in functions) == hydrogen.CUTOFF > dense_hydrogen.cell_length(8) / 2


def test_what_begins_badly_does_not_see_a_bond():
    functions = hydrogen.bad_radial_set()
    assert Counter(f.kind for f in functions) == {"G1": 8, "G2": 8, "G3": 8} and len(set(functions)) == 24
    assert max(np.exp(-f.eta * (0.74 - f.rs) ** 2) for f in functions if f.kind == "G2") < 1e-9
    assert [len(set(hydrogen.STARTS[f"{n} G2"]())) for n in (4, 8, 16)] == [4, 8, 16]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_small_data(monkeypatch, tmp_path_factory.mktemp("data"), [7])
        options = {"set": 7, "functions": "G1+G2+G3", "seed": 1, "epochs": 3}
        spread = np.var([atoms.get_potential_energy() for atoms in dense_hydrogen.load_data(7)[0]])
        return {trained: hydrogen.train(trained=trained, **options) for trained in (False, True)}, spread


def test_what_a_training_returns(runs):
    for trained, run in runs[0].items():
        assert len(run["train_mse_eV2"]) == len(run["validation_mse_eV2"]) == 3
        assert np.isfinite(run["validation_mse_eV2"]).all()
        assert (run["train_structures"], run["validation_structures"]) == (11, 1)
        assert sorted(run["paths"]) == (["radial eta", "radial kappa", "radial rs"] if trained else [])
    n_network = 24 * 30 + 30 + 30 * 30 + 30 + 30 + 1
    assert runs[0][False]["parameters"] == n_network
    assert runs[0][True]["parameters"] == n_network + 8 + 8 + 8
    assert np.shape(runs[0][True]["paths"]["radial kappa"]) == (4, 8)


def test_errors_are_in_squared_eV_of_the_cell(runs):
    """Before the network has learned, its error is the spread of the energies, within a factor of some ten."""
    runs, spread = runs
    assert 0.05 * spread < runs[False]["train_mse_eV2"][0] < 50 * spread


def test_fixed_and_trained_begin_alike(runs):
    """One batch in this epoch, so that its error is that of the initial network."""
    fixed, trained = (runs[0][name]["train_mse_eV2"] for name in (False, True))
    assert trained[0] == pytest.approx(fixed[0], rel=1e-3) and abs(trained[2] / fixed[2] - 1) > 1e-4


def test_functions_trained_at_no_rate_are_as_good_as_fixed_ones():
    """What else a training does with trained functions, such as scaling them anew, it does with fixed ones, too."""
    structures, options = lattices(7, 10), {"functions": "G1+G2+G3", "seed": 0, "epochs": 4, "learning_rate": 1e-2}
    errors = [
        hydrogen.train_on(structures[:9], structures[9:], trained=trained, function_rate=1e-9, **options)
        for trained in (False, True)
    ]
    for name in ("train_mse_eV2", "validation_mse_eV2"):
        assert errors[1][name] == pytest.approx(errors[0][name], rel=1e-3)


def test_at_once_functions_are_released_in_the_second_part(monkeypatch):
    """The first part is the same whether functions are trained or not; in the second they make a difference."""
    structures, losses, numbers = lattices(7, 10), [], []

    def recording(potential, *arguments, **options):
        losses.append(fit(potential, *arguments, **options)["loss"])
        numbers.append(sum(v.numpy().size for v in potential.trainable_variables))

    monkeypatch.setattr(atomzoo, "fit", recording)
    options = {"functions": "G1+G2+G3", "seed": 0, "weight_decay": 1e-3, "iterations": (3, 4)}
    fixed, trained = (
        hydrogen.train_at_once(structures[:9], structures[9:], trained=trained, **options) for trained in (False, True)
    )
    assert numbers == [fixed["parameters"]] * 3 + [fixed["parameters"] + 8 + 8 + 8] and len(losses[3]) == 4
    assert losses[2] == pytest.approx(losses[0], rel=1e-9)
    assert trained["parameters"] == numbers[-1] and losses[3][-1] < losses[0][-1]
    assert abs(trained["train_mse_eV2"] / fixed["train_mse_eV2"] - 1) > 1e-4
    assert (trained["train_structures"], trained["validation_structures"]) == (9, 1)


def test_at_once_errors_are_in_squared_eV_of_the_cell(monkeypatch):
    """Nearly without a penalty, the last loss is the squared error of energies per atom, in units of their variance."""
    structures, losses = lattices(7, 10), []
    spread = np.std([atoms.get_potential_energy() for atoms in structures[:9]])
    monkeypatch.setattr(atomzoo, "fit", lambda *args, **options: losses.append(fit(*args, **options)["loss"][-1]))
    row = hydrogen.train_at_once(structures[:9], structures[9:], "G1+G2+G3", False, 0, 1e-12, (5, 5))
    assert row["train_mse_eV2"] == pytest.approx(losses[-1] * spread**2, rel=1e-3)
    assert row["validation_mse_eV2"] < 50 * spread**2


def test_what_one_script_trained_serves_the_next(tmp_path):
    job = {"set": 7, "functions": "G2+G5", "trained": True, "seed": 0, "epochs": 1, "quick": False}
    row = {**job, "seconds": 90.0, "version": __version__}
    (tmp_path / "hydrogen.partial.jsonl").write_text(json.dumps({"job": job, "row": row}) + "\n")
    runs = hydrogen.trained_networks([job, job], tmp_path)
    assert runs.drop(columns="version").to_dict("records") == [{**job, "seconds": 90.0}] * 2
    assert hydrogen.training_time(runs) == "Training: 3.0 minutes of a core in all.\n"
