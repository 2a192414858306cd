import numpy as np
import pytest

from atomzoo import PotentialCalculator, load_potential, save_potential
from atomzoo.models.formats.n2p2 import read_n2p2, write_n2p2
from atomzoo.models.potential.length_unit import check_length_unit
from tests.examples import PATHS, crystal, rattled, small_potential

FUNCTIONS = PATHS["radial"][1:3]  # G2, which n2p2 has
UNITS = {"A": ("A", "eV"), "Bohr": ("Bohr", "Hartree")}


@pytest.fixture(scope="module")
def structures():
    return rattled(crystal(["Ti", "O"]), 3)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The same potential in n2p2's files, in both units."""
    potential, folders = small_potential(["Ti", "O"], FUNCTIONS), {}
    for name, units in UNITS.items():
        folders[name] = tmp_path_factory.mktemp("files") / name
        write_n2p2(potential, folders[name], *units)
    return folders


def features(potential, structures):
    return potential.evaluator.features(structures)


@pytest.mark.parametrize(("unit", "other"), [("A", "Bohr"), ("Bohr", "A")])
def test_files_read_in_the_wrong_unit(folders, structures, unit, other):
    right, wrong = read_n2p2(folders[unit], *UNITS[unit]), read_n2p2(folders[unit], *UNITS[other])
    check_length_unit(right, structures, features(right, structures))
    message = f"seem to be in {unit}: .* outside their range, and few would be in {unit}. Received: {other}"
    with pytest.raises(ValueError, match=message):
        check_length_unit(wrong, structures, features(wrong, structures))


def test_structures_unlike_the_training_data_are_no_matter_of_units(folders, structures):
    potential = read_n2p2(folders["A"])
    for factor in (0.8, 1.25):
        others = [atoms.copy() for atoms in structures]
        for atoms in others:
            atoms.set_cell(atoms.cell * factor, scale_atoms=True)
        check_length_unit(potential, others, features(potential, others))


def test_a_potential_of_ours_knows_its_unit(structures):
    potential = small_potential(["Ti", "O"], FUNCTIONS)
    check_length_unit(potential, structures, [np.full((4, len(potential.functions)), 1e9)] * 3)


def test_the_calculator_finds_out_also_after_saving(folders, structures, tmp_path):
    save_potential(read_n2p2(folders["Bohr"]), tmp_path / "a.keras")
    atoms = structures[0].copy()
    atoms.calc = PotentialCalculator(load_potential(tmp_path / "a.keras"))
    with pytest.raises(ValueError, match="seem to be in Bohr"):
        atoms.get_potential_energy()
