import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports what needs TensorFlow", allow_module_level=True)

from atomzoo import save_potential
from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.io.packed import read_packed
from atomzoo.layers import SymmetryFunction
from atomzoo.models.formats.n2p2 import read_n2p2
from atomzoo.reproductions.barch_tubman_2017.studies import qmc_hydrogen
from tests.examples import small_potential
from tests.lammps_program import needs_lammps

FUNCTIONS = [SymmetryFunction("G2", 3.0, eta=0.5, rs=rs) for rs in (0.0, 1.0)]


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    save_potential(small_potential(["H"], FUNCTIONS), folder, "n2p2", length_unit="Bohr", energy_unit="Hartree")
    return folder


@needs_lammps
def test_labels_are_those_of_the_positions_that_are_written(network, tmp_path):
    """Which have been rounded; and another trajectory is another one."""
    for number in range(2):
        qmc_hydrogen.trajectory(network, 7, number, tmp_path / f"{number}.npz", n_frames=3, equilibration=10)
    first, second = (read_packed(tmp_path / f"{number}.npz") for number in range(2))
    assert len(first) == 3 and np.abs(first[0].positions - second[0].positions).max() > 0.1
    potential = read_n2p2(network, "Bohr", "Hartree")
    for atoms in first:
        steps = atoms.positions / (dense_hydrogen.cell_length(7) / qmc_hydrogen.POSITION_UNITS)
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)
        result = potential.evaluate_atoms(atoms)
        assert result["energy"] == pytest.approx(atoms.get_potential_energy(), abs=1e-8)
        np.testing.assert_allclose(result["forces"], atoms.get_forces(), atol=0.51 * qmc_hydrogen.FORCE_UNIT)
