from functools import partial

import numpy as np
import pandas
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.engines import LabelError
from atomzoo.layers import SymmetryFunction
from atomzoo.models.active_learning import refine as refine_module
from atomzoo.models.active_learning import refinement_steps
from atomzoo.models.active_learning.criteria import molecular_dynamics
from atomzoo.models.active_learning.refine import iterative_sampling, refine, train_on_forces
from atomzoo.models.relaxation.isomers import sorted_distances
from atomzoo.models.training.train_potential import train_potential
from tests.examples import crystal, rattled
from tests.models.engines import FUNCTIONS, EMTEngine, labelled, linear_fit, triangles

pytestmark = [
    pytest.mark.compiled,
    # A first network may lead to atoms that are so near that the engine's forces are suspicious.
    pytest.mark.filterwarnings("ignore::atomzoo.datasets.arrays.suspicious.SuspiciousDataWarning"),
]


@pytest.fixture(autouse=True)
def short_search(monkeypatch):
    monkeypatch.setattr(refinement_steps, "N_STARTS", 4)  # how good it is, tests/models/test_global_search.py shows


TRAIN = partial(train_on_forces, functions=FUNCTIONS, hidden=(8,), iterations=200)


def data():
    """Distorted triangles, all of them too large."""
    return triangles(16, bond=2.85)


def test_the_minimum(tmp_path):
    engine = EMTEngine()
    result = refine(data(), engine, tmp_path, TRAIN)
    assert result.converged and result.message == "converged" and result.n_calls == engine.n_calls <= 100
    bonds = sorted_distances(result.lowest)
    np.testing.assert_allclose(bonds, bonds.mean(), atol=0.01)
    scaled = [result.lowest.copy() for _ in range(2)]
    for atoms, factor in zip(scaled, (0.998, 1.002), strict=True):
        atoms.positions *= factor
    energy = result.lowest.get_potential_energy()
    assert energy < min(labelled(atoms).get_potential_energy() for atoms in scaled)
    assert result.rounds[0]["engine_eV"] < min(atoms.get_potential_energy() for atoms in data())
    last = result.rounds[-1]
    gap = last["engine_eV"] - last["relaxed_eV"]
    assert last["difference_eV"] == pytest.approx(abs(last["network_eV"] - last["engine_eV"]) + gap) and gap >= 0
    assert last["difference_eV"] <= 1e-3 and last["lowest_isomer"] and last["lowest_eV"] == energy
    assert last["gradient_norm_eV_per_A"] < 1e-6
    found = result.potential.evaluate_atoms(result.lowest)["energy"]
    assert found == pytest.approx(energy, abs=1e-3)
    assert len(result.structures) == 16 + result.n_calls


def test_loops_fit_energies_and_forces_alike_and_nothing_else(monkeypatch):
    """Whatever `train_potential` would choose; those of recorded loops were trained so."""
    trainings = []

    def recorded(*arguments, **options):
        trainings.append(train_potential(*arguments, **options))
        return trainings[-1]

    monkeypatch.setattr(refine_module, "train_potential", recorded)
    structures = rattled(crystal(["Au"]), 3)  # with stress
    train_on_forces(structures, 0, [SymmetryFunction("G2", 4.0, eta=0.1)], hidden=(2,), iterations=2)
    train_on_forces(structures, 0, [SymmetryFunction("G2", 4.0, eta=0.1)], hidden=(2,), iterations=2, force_weight=0.5)
    recipes = [training.recipe for training in trainings]
    assert [(r.forces, r.stress, r.options["force_weight"]) for r in recipes] == [("exact", False, w) for w in (1, 0.5)]


@pytest.mark.slow
def test_log(tmp_path):
    rows = []
    result = refine(data(), EMTEngine(), tmp_path, linear_fit, tolerance=1e-9, budget=6, callback=rows.append)
    assert not result.converged and result.message == "not converged: the budget of 6 calls is spent"
    assert result.n_calls == 6 and rows == result.rounds
    log = pandas.read_csv(tmp_path / "log.csv")
    assert log["round"].tolist() == list(range(len(rows))) and log["calls"].is_monotonic_increasing
    assert (log["structures"].diff().dropna() > 0).all()
    assert (log["disagreement_eV_per_atom"] > 0).all() and (log["difference_eV"] > 0).all()
    # a larger budget goes on where the first ended
    engine = EMTEngine()
    more = refine(data(), engine, tmp_path, linear_fit, tolerance=1e-9, budget=8)
    assert engine.n_calls == 2 and more.rounds[: len(rows)] == rows


@pytest.mark.slow
def test_agreement_at_a_minimum_above_another_isomer_is_no_end(tmp_path):
    """The data hold something lower, of another shape, which the training does not see and the search misses."""
    lower = triangles(1, size=0.4)[0]
    results = {"energy": -1.0, "forces": lower.get_forces()}
    lower.calc = SinglePointCalculator(lower, **results)

    def train(structures, seed):
        return TRAIN([atoms for atoms in structures if atoms.get_potential_energy() > -1.0], seed)

    result = refine([*data(), lower], EMTEngine(), tmp_path, train, tolerance=1e-2, budget=20)
    last = result.rounds[-1]
    assert last["difference_eV"] <= 1e-2 and last["lowest_eV"] == -1.0
    assert not last["lowest_isomer"] and not result.converged


class Egged(EMTEngine):
    """Another energy each time, as a bad reference method has: no network agrees with it."""

    def label(self, structures):
        copies = super().label(structures)
        for atoms in copies:
            noise = 0.01 * np.sin(1e4 * atoms.positions.sum())
            energy, forces = atoms.get_potential_energy() + noise, atoms.get_forces()
            atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
        return copies


@pytest.mark.slow
def test_noise_above_the_tolerance_is_no_agreement(tmp_path):
    result = refine(data(), Egged(), tmp_path, linear_fit, tolerance=1e-5, budget=5)
    assert not result.converged and result.rounds[-1]["difference_eV"] > 1e-5


class Failing(EMTEngine):
    """Has no labels but of the first structure it is asked for, or of none."""

    def __init__(self, n_good):
        self.n_good = n_good

    def label(self, structures):
        if self.n_calls >= self.n_good:
            raise LabelError("pw.x gave no energy")
        return super().label(structures)


def test_no_search_starts_above_the_first_data(tmp_path, monkeypatch):
    """The first minimum of the network has collapsed: by the engine its energy is far above all that was given."""
    given, true = [], refine_module.find_candidates
    collapsed = data()[0].copy()
    collapsed.positions *= 0.6
    collapsed.info = {"role": "isomer"}

    def spy(potential, structures, seed):
        given.append([atoms.get_potential_energy() for atoms in structures])
        return [collapsed] if len(given) == 1 else true(potential, structures, seed)

    monkeypatch.setattr(refine_module, "find_candidates", spy)
    result = refine(data(), EMTEngine(), tmp_path, TRAIN, budget=3)
    highest = max(atoms.get_potential_energy() for atoms in data())
    assert max(atoms.get_potential_energy() for atoms in result.structures) > highest
    assert len(given) >= 2 and len(given[1]) == 16 and max(given[1]) == highest


@pytest.mark.slow
def test_what_the_engine_cannot_label_is_left_out_but_for_the_minimum(tmp_path, monkeypatch):
    # the first label must not be the last of its relaxation
    monkeypatch.setattr(refine_module, "relax_by_labels", partial(refinement_steps.relax_by_labels, fmax=1e-9))
    rows = []
    with pytest.raises(LabelError, match="pw.x gave no energy"):
        refine(data(), Failing(1), tmp_path, TRAIN, tolerance=1e-9, callback=rows.append)
    (row,) = rows
    assert row["calls"] == 1 and row["relaxed_eV"] is None


class Lower(EMTEngine):
    """Energies below those of the data, so that no network is right, and nothing is above what is known."""

    def label(self, structures):
        copies = super().label(structures)
        for atoms in copies:
            atoms.calc.results["energy"] -= 0.5
        return copies


def test_no_relaxation_where_the_network_is_wrong(tmp_path):
    row = refine(data(), Lower(), tmp_path, TRAIN, budget=5).rounds[0]
    assert row["engine_eV"] < row["network_eV"] - 0.1
    assert row["relaxation_steps"] == 0 and row["relaxed_eV"] is None


LIMIT = 5e-3  # eV/atom
SAMPLE = partial(molecular_dynamics, temperature=800.0, steps=60, every=5, time_step=4.0)


@pytest.mark.slow
def test_iterative_sampling_ends_when_nothing_is_bad(tmp_path):
    limits = {"disagreement": LIMIT, "range": 0.1}
    run = partial(iterative_sampling, triangles(20, size=0.03), EMTEngine(), train=linear_fit, sample=SAMPLE)
    result = run(tmp_path / "a", limits, max_rounds=8)
    bad = [row["bad"] for row in result.rounds]
    assert result.converged and bad[0] > 0 and bad[-1] == 0 and len(bad) > 1
    assert result.rounds[-1]["structures"] == 20 + sum(row["added"] for row in result.rounds) == len(result.structures)
    assert result.rounds[-1]["largest_disagreement"] <= LIMIT and result.rounds[-1]["largest_range"] <= 0.1
    again = run(tmp_path / "b", limits, max_rounds=8)
    assert again.rounds == result.rounds
    other = run(tmp_path / "c", limits, max_rounds=1, seed=5)
    assert other.rounds[0] != result.rounds[0]
    assert not other.converged and other.message == "not converged within 1 rounds"


def test_sampling_by_the_energy_labels_all_frames(tmp_path):
    engine = EMTEngine()
    options = {"train": linear_fit, "sample": SAMPLE, "most": 3, "max_rounds": 1}
    result = iterative_sampling(triangles(20, size=0.1), engine, tmp_path, {"energy": 1e-3}, **options)
    (row,) = result.rounds
    assert engine.n_calls == row["frames"] == row["calls"] and row["added"] == min(3, row["bad"]) > 0
    assert row["largest_energy"] > 1e-3


@pytest.mark.parametrize(
    "structures, options, message",
    [
        ([], {}, r"from labelled structures. Received: \[\]"),
        (triangles(2), {"tolerance": 0.0}, "`tolerance` must be positive. Received: tolerance=0.0"),
        (triangles(2), {"budget": -1}, "`budget` must be positive. Received: budget=-1"),
        (triangles(2), {"n_networks": 1}, "two or more. Received: n_networks=1"),
        ([triangles(1)[0], triangles(1)[0][:2]], {}, "structure 1: it has no label 'energy'"),
        ([triangles(1)[0], labelled(triangles(1)[0][:2])], {}, r"same order. Received: \['Au2', 'Au3'\]"),
    ],
)
def test_bad_arguments(tmp_path, structures, options, message):
    with pytest.raises(ValueError, match=message):
        refine(structures, EMTEngine(), tmp_path / "a", TRAIN, **options)
    assert not (tmp_path / "a").exists()
