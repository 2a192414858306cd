import numpy as np
import pytest
from ase.calculators.fd import calculate_numerical_forces

from atomzoo import (
    NeuralNetworkPotential,
    PotentialCalculator,
    find_extrapolations,
    relax,
    save_potential,
    train_committee,
)
from atomzoo.models.potential.committee import Committee
from atomzoo.models.training.train_potential import train_potential
from tests.examples import small_potential
from tests.models.engines import FUNCTIONS, triangles


@pytest.fixture(scope="module")
def committee():
    options = {
        "functions": FUNCTIONS,
        "hidden": (6,),
        "forces": "exact",
        "epochs": 60,
        "optimizer": "lbfgs",
        "weight_decay": 1e-5,
    }
    data = triangles(24)
    return Committee([train_potential(data, seed=s, validation_fraction=0.0, **options).potential for s in (0, 1)])


def test_means_and_deviations(committee):
    atoms = triangles(1, seed=5)[0]
    result = committee.evaluate_atoms(atoms)
    members = [potential.evaluate_atoms(atoms) for potential in committee.potentials]
    for name in ("energy", "energies", "forces"):
        np.testing.assert_allclose(result[name], sum(member[name] for member in members) / 2, atol=1e-12)
    a, b = (member["energy"] for member in members)
    expected = abs(a - b) / np.sqrt(2)
    assert result["energy_deviation"] == pytest.approx(expected, rel=1e-9) and expected > 1e-6
    assert committee.disagreement([atoms, atoms]) == pytest.approx([expected / 3] * 2)  # three atoms
    x, y = (member["forces"][1, 0] for member in members)
    assert result["forces_deviation"][1, 0] == pytest.approx(abs(x - y) / np.sqrt(2))


def test_it_disagrees_most_away_from_the_data(committee):
    inside = committee.disagreement(triangles(10, seed=3)).mean()
    outside = committee.disagreement(triangles(10, seed=3, bond=3.6)).mean()
    assert outside > 10 * inside


def test_it_serves_as_a_potential(committee):
    start = triangles(1, seed=8)[0]
    result = relax(start, committee, fmax=1e-6)
    assert result.converged and result.energy < result.start_energy
    atoms = result.atoms.copy()
    atoms.rattle(0.02, seed=1)
    atoms.calc = PotentialCalculator(committee)
    np.testing.assert_allclose(atoms.get_forces(), calculate_numerical_forces(atoms, eps=1e-4), atol=1e-6)
    atoms.positions *= 2.0
    assert find_extrapolations(committee, atoms, committee.evaluate_atoms(atoms)["features"])


def test_what_is_no_committee(committee):
    with pytest.raises(ValueError, match="two or more potentials. Received: 1"):
        Committee(committee.potentials[:1])
    other = NeuralNetworkPotential.from_functions(["Ti", "O"], small_potential(["Ti", "O"]).functions)
    with pytest.raises(ValueError, match=r"of the same elements. Received: \[\['Au'\], \['Ti', 'O'\]\]"):
        Committee([committee.potentials[0], other])


@pytest.mark.parametrize("format", ["keras", "aenet", "n2p2"])
def test_only_lammps_has_files_of_committees(committee, tmp_path, format):
    with pytest.raises(ValueError, match=f"Files of {format} hold a NeuralNetworkPotential. Received: a Committee"):
        save_potential(committee, tmp_path / "a.keras", format)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("n_members", [0, -1])
def test_a_committee_has_members(tmp_path, n_members):
    with pytest.raises(ValueError, match=f"A committee must have members. Received: {n_members}"):
        train_committee(triangles(4), n_members, tmp_path / "a.keras")
