import ase
import ase.units
import pytest
from ase.build import bulk, molecule

from atomzoo.datasets.io.units import other_length_unit
from tests.examples import crystal

BOHR = ase.units.Bohr
BONDED = {
    "gold": bulk("Au"),
    "cesium": bulk("Cs"),
    "salt": bulk("NaCl", "rocksalt", a=5.64),
    "copper oxide": crystal(["Cu", "O"]),
    "water": molecule("H2O"),
    "lead": bulk("Pb"),
    "diamond": bulk("C"),
    "benzene": molecule("C6H6"),
}
UNBOUND = {
    "argon": bulk("Ar", a=5.26),
    "hydrogen": bulk("H", "bcc", a=1.3),
    "hydrogen molecule": molecule("H2"),
    "stretched dimer": ase.Atoms("Au2", [[0, 0, 0], [0, 0, 4.5]]),
    "atom": ase.Atoms("Au"),
    "gas": bulk("Au", a=30.0),
}


def scaled(atoms, factor):
    atoms = atoms.copy()
    atoms.set_cell(atoms.cell * factor)
    atoms.positions *= factor
    return atoms


@pytest.mark.parametrize("atoms", BONDED.values(), ids=BONDED)
def test_bonds_tell_the_unit(atoms):
    """Read in the right unit, no doubts; in the wrong one, all distances are 1.9 times too long or short."""
    assert other_length_unit([atoms], "A") is None and other_length_unit([atoms], "Bohr") is None
    assert other_length_unit([scaled(atoms, 1 / BOHR)], "A") == "Bohr"
    assert other_length_unit([scaled(atoms, BOHR)], "Bohr") == "A"


@pytest.mark.parametrize("atoms", UNBOUND.values(), ids=UNBOUND)
def test_what_has_no_bonds_does_not_tell(atoms):
    for factor in (BOHR, 1.0, 1 / BOHR):
        for unit in ("A", "Bohr"):
            assert other_length_unit([scaled(atoms, factor)], unit) is None


def test_many_structures():
    """The median counts: one that is odd changes nothing."""
    odd = scaled(bulk("Au"), 1 / BOHR)
    assert other_length_unit([odd, *[bulk("Au")] * 2], "A") is None
    assert other_length_unit([bulk("Au"), *[odd] * 50], "A") == "Bohr"
    assert other_length_unit([], "A") is None
