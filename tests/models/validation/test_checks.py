"""Each check, on potentials whose properties are known."""

import ase
import numpy as np
import pytest
from ase.build import bulk

from atomzoo import load_potential, relax
from atomzoo.models.validation.check import BAD, GOOD, LOOK
from atomzoo.models.validation.crystals import Crystal, find_crystals, quiet, relaxed_by
from atomzoo.models.validation.dimers import check_dimers
from atomzoo.models.validation.dynamics import check_dynamics, enlarged, run_nve
from atomzoo.models.validation.elastic import check_elastic
from atomzoo.models.validation.phonons import check_phonons, gamma_frequencies
from atomzoo.models.validation.volume_curve import check_volume
from tests.examples import small_potential
from tests.models.validation.examples import FUNCTIONS, random_potential, silicon

SHORTEST = {("Si", "Si"): 2.2}


@pytest.fixture(scope="module")
def potential():
    return load_potential("si-stillinger-weber", dtype="float64")


@pytest.fixture(scope="module")
def crystal(potential):
    return find_crystals(potential, [])[0]


def test_volume_and_bulk_modulus(potential, crystal):
    """Of Stillinger and Weber's potential: 5.431 A, 101.4 GPa."""
    check = check_volume(crystal, potential, [])
    volume, modulus = (float(part.split()[0]) for part in check.found.replace("bulk modulus ", "").split(", "))
    assert check.verdict == GOOD and (8 * volume) ** (1 / 3) == pytest.approx(5.431, abs=2e-3)
    assert modulus == pytest.approx(101.4, abs=2.0)
    assert check.curve.y.min() == check.curve.y[6] == 0.0


@pytest.mark.parametrize(("lengths", "verdict"), [((5.4, 5.5), GOOD), ((5.5, 5.6), LOOK), ((5.0, 5.2), BAD)])
def test_a_volume_outside_those_of_the_data(potential, crystal, lengths, verdict):
    check = check_volume(crystal, potential, [bulk("Si", a=length) for length in lengths])
    assert check.verdict == verdict and ("outside the data" in check.found) == (verdict != GOOD)


def test_elastic_constants(potential, crystal):
    """C11 151.4, C12 76.4 and C44 56.4 GPa of Stillinger and Weber's potential."""
    check = check_elastic(crystal, potential)
    values = [float(part.split()[1]) for part in check.found.split(" GPa")[0].split(", ")]
    assert check.verdict == GOOD and values == pytest.approx([151.4, 76.4, 56.4], abs=2.0)


def test_a_crystal_that_gives_way_is_bad(potential):
    """Face-centered silicon of Stillinger and Weber's potential is a saddle point."""
    with quiet():
        atoms = relax(bulk("Si", "fcc", a=4.1), potential, cell=True, fmax=1e-4).atoms
    assert check_elastic(Crystal("fcc", atoms), potential).verdict == BAD
    check = check_phonons(Crystal("fcc", atoms * 2), potential)
    assert check.verdict == BAD and "an imaginary one" in check.found


def test_phonons(potential, crystal):
    check = check_phonons(crystal, potential)
    frequencies = gamma_frequencies(crystal.atoms, potential)
    assert check.verdict == GOOD and np.abs(frequencies[:3]).max() < 1.0
    assert frequencies[3:] == pytest.approx([595.0] * 3, abs=8.0)  # the threefold Raman mode
    assert np.ptp(frequencies[3:]) < 0.5


def test_phonons_of_one_atom(potential):
    atoms = relaxed_by(potential)(bulk("Si", "sc", a=2.61))
    assert check_phonons(Crystal("sc", atoms), potential).found == "one atom, acoustic modes only"


def test_dimers_with_a_core_repel_and_without_need_not():
    core, pair = small_potential(["Ti", "O"], core="zbl"), ("Ti", "O")
    found = check_dimers(core, dict.fromkeys([("Ti", "Ti"), pair, ("O", "O")], 1.0))
    assert [check.subject for check in found] == ["Ti-Ti", "Ti-O", "O-O"]
    assert all(check.verdict == GOOD and check.curve.x_limit == 1.0 for check in found)
    (bad,) = check_dimers(random_potential(), SHORTEST)
    assert bad.verdict == BAD


class Sloped:
    """Energies of dimers by a function of their distance."""

    elements = ["Si"]
    descriptor = FUNCTIONS[0]

    def __init__(self, energy):
        self.energy = energy

    def evaluate_atoms(self, structures):
        return [{"interaction_energy": self.energy(atoms.get_distance(0, 1))} for atoms in structures]


@pytest.mark.parametrize(
    ("energy", "verdict"),
    [
        (lambda r: 10 / r, GOOD),
        (lambda r: 0.1 / r, BAD),  # hardly repulsive
        (lambda r: -10 / r, BAD),
        (lambda r: 10 / r + 3 * np.exp(-50 * (r - 1.5) ** 2), LOOK),  # a hollow inside of 1.5 A, above the start
        (lambda r: 10 / r - 20 * np.exp(-50 * (r - 1.5) ** 2), BAD),  # a deep one
    ],
)
def test_verdicts_on_dimers(energy, verdict):
    assert check_dimers(Sloped(energy), SHORTEST)[0].verdict == verdict


def test_dynamics(potential, crystal, short):
    run = run_nve(potential, enlarged(crystal.atoms), 300.0, SHORTEST)
    assert len(run.times) == 11 and run.times[-1] == pytest.approx(0.1) and run.problem == ""
    assert np.ptp(run.energies) < 1e-4 and (run.n_outside == 0).all()
    assert 0.9 < run.closest.min() < run.closest[0] == pytest.approx(2.352 / 2.2, abs=1e-3)
    found = check_dynamics(potential, enlarged(crystal.atoms), 300.0, SHORTEST)
    assert [check.name for check in found] == ["drift of the energy", "closest pair", "extrapolation"]
    assert found[0].subject == "Si64 at 300 K"


def test_dynamics_that_go_wrong_end_early():
    run = run_nve(random_potential(), silicon(1)[0], 3000.0, SHORTEST, length=1.0)
    found = check_dynamics(random_potential(), silicon(1)[0], 3000.0, SHORTEST)
    assert run.problem == "atoms fall into each other" and run.times[-1] < 1.0
    assert [check.verdict for check in found] == [BAD] * 3 and "ended after" in found[0].found


def test_closest_pairs_are_measured_by_their_elements():
    potential = small_potential(["Ti", "O"], core="zbl")
    atoms = ase.Atoms("OTiO", [[0, 0, 0], [0, 0, 1.8], [0, 2.6, 0]])
    shortest = {("Ti", "Ti"): 1.0, ("Ti", "O"): 2.0, ("O", "O"): 2.5}
    run = run_nve(potential, atoms, 1e-6, shortest, length=0.001)
    assert run.closest[0] == pytest.approx(0.9)


def test_a_crystal_is_enlarged_evenly():
    atoms = enlarged(bulk("Si", cubic=True))
    assert len(atoms) == 64 and atoms.cell.lengths() == pytest.approx([2 * 5.43] * 3)
    assert len(enlarged(bulk("Si", cubic=True) * 3)) == 216
