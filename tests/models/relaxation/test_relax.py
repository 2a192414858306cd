import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms

from atomzoo import ExtrapolationWarning, NeuralNetworkPotential, PotentialCalculator, relax
from atomzoo.layers import SymmetryFunction
from atomzoo.models.relaxation.deformation import Deformation

pytestmark = pytest.mark.compiled

METHODS = ("L-BFGS-B", "BFGS", "CG")
LATTICE_CONSTANT = 4.05  # A, of the effective-medium theory of ASE
FUNCTIONS = [
    *(SymmetryFunction("G2", cutoff=5.0, eta=eta) for eta in (0.02, 0.1, 0.3, 0.8)),
    *(SymmetryFunction("G5", cutoff=5.0, eta=0.05, zeta=2, lambda_=lambda_) for lambda_ in (-1, 1)),
]
awkward = pytest.mark.filterwarnings("ignore::atomzoo.models.potential.extrapolation.ExtrapolationWarning")


def crystal(seed, strain=0.04, distance=0.1):
    rng = np.random.default_rng(seed)
    atoms = bulk("Au", a=LATTICE_CONSTANT, cubic=True)
    shear = rng.normal(scale=strain, size=(3, 3))
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + (shear + shear.T) / 2), scale_atoms=True)
    atoms.positions += rng.normal(scale=distance, size=atoms.positions.shape)
    return atoms


@pytest.fixture(scope="module")
def potential():
    """Gold, quickly fitted to energies of effective-medium theory; energies counted from -2689 eV as those of DFT."""
    train = [crystal(seed) for seed in range(120)]
    for atoms in train:
        energy = EMT().get_potential_energy(atoms)
        atoms.calc = SinglePointCalculator(atoms, energy=energy - 2689.0)
    potential = NeuralNetworkPotential.from_functions(["Au"], FUNCTIONS, hidden=(8,), dtype="float64")
    potential.adapt(train)
    potential.compile(optimizer="adam")
    potential.optimizer.learning_rate = 0.03
    potential.fit(potential.dataset(train, batch_size=40, shuffle=True), epochs=60, verbose=0)
    return potential


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cell", [False, True])
def test_relaxes_to_a_stationary_geometry(potential, method, cell):
    start = crystal(3, strain=0.03)
    before = start.copy()
    result = relax(start, potential, method, fmax=1e-6, cell=cell)
    assert result.converged and result.message == "converged" and 0 < result.n_steps < result.n_evaluations
    assert start == before and start.calc is None
    fresh = result.atoms.copy()
    fresh.calc = PotentialCalculator(potential)
    forces, stress = fresh.get_forces(), fresh.get_stress()
    assert fresh.get_potential_energy() == result.energy == result.atoms.get_potential_energy()
    assert result.energy < result.start_energy - 0.01
    assert np.linalg.norm(forces, axis=1).max() == result.max_force <= 1e-6
    np.testing.assert_array_equal(result.atoms.get_forces(), forces)
    np.testing.assert_array_equal(result.atoms.get_stress(), stress)
    if cell:
        assert np.abs(stress).max() == result.max_stress < 1e-6
        np.testing.assert_allclose(fresh.cell.lengths(), LATTICE_CONSTANT, rtol=0.02)
        np.testing.assert_allclose(fresh.cell.angles(), 90, atol=1e-3)
    else:
        assert result.max_stress is None and np.abs(stress).max() > 1e-4
        np.testing.assert_array_equal(fresh.cell, start.cell)


def test_numerical_gradient_finds_the_same_minimum(potential):
    start = crystal(5, strain=0.02)
    analytic, numerical = (relax(start, potential, fmax=1e-6, numerical=numerical) for numerical in (False, True))
    assert analytic.converged and numerical.converged
    assert numerical.energy == pytest.approx(analytic.energy, abs=1e-9)
    np.testing.assert_allclose(numerical.atoms.get_all_distances(), analytic.atoms.get_all_distances(), atol=1e-4)
    assert numerical.n_evaluations > 5 * analytic.n_evaluations


def test_gradient_is_exact_with_a_deformed_cell(potential):
    atoms = crystal(7)
    atoms.set_constraint(FixAtoms([2]))
    deformation = Deformation(atoms, cell=True)
    variables = np.random.default_rng(0).normal(scale=0.1, size=9 + 6)

    def energy(variables):
        return potential.evaluate_atoms(deformation.deformed(variables))["interaction_energy"]

    result = potential.evaluate_atoms(deformation.deformed(variables))
    gradient = deformation.gradient(variables, result["forces"], result["stress"])
    moves = 1e-4 * np.eye(15)
    numerical = [(energy(variables + move) - energy(variables - move)) / 2e-4 for move in moves]
    assert np.abs(gradient).min() > 1e-4
    np.testing.assert_allclose(gradient, numerical, atol=1e-6 * np.abs(gradient).max())


def test_start_that_has_converged_is_returned(potential):
    first = relax(crystal(3), potential, fmax=1e-5)
    again = relax(first.atoms, potential, fmax=1e-4)
    assert again.converged and (again.n_steps, again.n_evaluations) == (0, 1)
    assert again.atoms == first.atoms and again.energy == again.start_energy == first.energy


@pytest.mark.parametrize("method", METHODS)
def test_too_few_steps_are_reported(potential, method):
    result = relax(crystal(3), potential, method, fmax=1e-6, max_steps=2)
    assert not result.converged and result.n_steps == 2 and result.max_force > 1e-6
    assert result.message == "not converged within 2 steps" and result.energy < result.start_energy
    none = relax(crystal(3), potential, method, max_steps=0)
    assert not none.converged and none.energy == none.start_energy and none.n_evaluations == 1


@pytest.mark.parametrize("method", METHODS)
def test_unreachable_forces_are_reported(potential, method):
    result = relax(crystal(3), potential, method, fmax=1e-30)
    assert not result.converged and result.max_force < 1e-6
    assert result.message.startswith("not converged: no step lowers the energy any more, in float64 (")


def test_small_forces_in_spite_of_large_total_energies(potential):
    # -2689 eV are rounded to 5e-13 eV, and with them forces would end at some 1e-6 eV/A
    result = relax(crystal(2), potential, fmax=5e-8)
    assert result.start_energy < -2600 and result.converged


@awkward
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cell", [False, True])
def test_never_higher_from_awkward_starts(potential, method, cell):
    rng = np.random.default_rng(0)
    for lattice_constant in (3.0, 6.0):
        atoms = bulk("Au", a=lattice_constant, cubic=True)
        atoms.positions += rng.normal(scale=0.5, size=(4, 3))
        result = relax(atoms, potential, method, cell=cell, max_steps=30)
        assert result.energy <= result.start_energy
        assert np.isfinite(result.atoms.positions).all() and np.isfinite(result.max_force)
        assert result.energy == potential.evaluate_atoms(result.atoms)["energy"]
        assert result.converged == (result.message == "converged")


@awkward
@pytest.mark.parametrize("distance", [0.0, 1e-6, 4.99, 60.0])
def test_atoms_coming_together_and_flying_apart(potential, distance):
    atoms = ase.Atoms("Au3", positions=[[0, 0, 0], [0, 0, distance], [0, 2.7, 0]])
    result = relax(atoms, potential, max_steps=100)
    assert result.energy <= result.start_energy and np.isfinite(result.atoms.positions).all()
    assert "stress" not in result.atoms.calc.results


class Falling:
    """A potential without minimum: E = slope * volume - sum of x coordinates."""

    compute_dtype = "float64"
    slope = 0.0

    def evaluate_atoms(self, atoms, engine="auto"):
        n = len(atoms)
        energy = self.slope * atoms.cell.volume - atoms.positions[:, 0].sum()
        virial = self.slope * atoms.cell.volume * np.eye(3) - np.diag([atoms.positions[:, 0].sum(), 0, 0])
        return {
            "energy": energy,
            "interaction_energy": energy,
            "energies": np.full(n, energy / n),
            "forces": np.tile([1.0, 0, 0], (n, 1)),
            "stress": virial / atoms.cell.volume if atoms.pbc.all() else np.zeros((3, 3)),
            "features": np.zeros((n, 0)),
        }

    def feature_range(self, symbol):
        return np.zeros(0), np.zeros(0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cell", [False, True])
def test_without_a_minimum_it_ends_at_the_bounds(method, cell):
    potential = Falling()
    potential.slope = 0.1 if cell else 0.0
    atoms = bulk("Au", a=4.0) if cell else ase.Atoms("Au")
    result = relax(atoms, potential, method, cell=cell)
    assert not result.converged and result.message == "not converged: at the largest displacement or strain"
    assert result.energy < result.start_energy
    moved = np.linalg.solve(atoms.cell.array, result.atoms.cell.array) if cell else np.eye(3)
    assert np.linalg.det(moved) > 0.1
    assert np.abs(result.atoms.positions).max() < 101


def test_a_potential_of_nan_is_refused(potential):
    broken = NeuralNetworkPotential.from_config(potential.get_config())
    broken.set_weights([np.full(w.shape, np.nan) for w in potential.get_weights()])
    with pytest.raises(ValueError, match="must be finite. Received: nan"):
        relax(crystal(3), broken)


@pytest.mark.parametrize("cell", [False, True])
def test_fixed_atoms_stay(potential, cell):
    atoms = crystal(3)
    atoms.set_constraint(FixAtoms([0, 2]))
    result = relax(atoms, potential, fmax=1e-5, cell=cell)
    assert result.converged
    fixed, free = result.atoms[[0, 2]], [1, 3]
    expected = atoms.get_scaled_positions(wrap=False) if cell else atoms.positions
    actual = result.atoms.get_scaled_positions(wrap=False) if cell else result.atoms.positions
    np.testing.assert_allclose(actual[[0, 2]], expected[[0, 2]], atol=1e-12)
    assert np.abs(actual[free] - expected[free]).max() > 1e-3 and len(fixed) == 2
    forces = np.linalg.norm(result.atoms.get_forces(apply_constraint=False), axis=1)
    assert forces[free].max() == result.max_force <= 1e-5 < 1e-3 < forces[[0, 2]].max()
    assert isinstance(result.atoms.constraints[0], FixAtoms)
    all_fixed = crystal(3)
    all_fixed.set_constraint(FixAtoms(range(4)))
    assert relax(all_fixed, potential).converged


@pytest.mark.parametrize(
    "options, message",
    [
        ({"method": "Newton"}, "`method` must be one of L-BFGS-B, BFGS, CG. Received: method='Newton'"),
        ({"fmax": 0.0}, "`fmax` must be positive. Received: fmax=0.0"),
        ({"fmax": float("nan")}, "`fmax` must be positive. Received: fmax=nan"),
        ({"max_steps": -1}, "`max_steps` must not be negative. Received: max_steps=-1"),
        ({"cell": True}, r"with a volume, can be relaxed. Received: pbc=\[False, False, False\], a volume of 0 A"),
    ],
)
def test_bad_arguments(potential, options, message):
    with pytest.raises(ValueError, match=message):
        relax(ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.7]]), potential, **options)


def test_extrapolation_is_warned_of(potential):
    with pytest.warns(ExtrapolationWarning) as record:
        relax(bulk("Au", a=3.0), potential)
    assert len(record) == 1 and record[0].filename == __file__


def test_forces_of_the_result_are_those_of_the_energy(potential):
    result = relax(crystal(3), potential, max_steps=1)
    atoms = result.atoms.copy()
    atoms.calc = PotentialCalculator(potential)
    np.testing.assert_allclose(result.atoms.get_forces(), calculate_numerical_forces(atoms, eps=1e-4), atol=1e-6)
