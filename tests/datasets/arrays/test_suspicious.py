import warnings

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import dense_hydrogen, gold_clusters
from atomzoo.datasets.arrays.suspicious import (
    SuspiciousDataWarning,
    find_suspicious_data,
    warn_about_suspicious_data,
)


def alloys(n=30):
    """Crystals of gold and copper of three compositions, with energies counted from those of DFT, and forces."""
    structures = []
    for k in range(n):
        atoms = bulk("Cu", a=3.8, cubic=True)
        atoms.numbers[: k % 3] = 79
        atoms.rattle(0.1, seed=k)
        references = np.where(atoms.numbers == 79, -896.4, -1300.0).sum()
        structures.append(labelled(atoms, references + EMT().get_potential_energy(atoms), EMT().get_forces(atoms)))
    return structures


def labelled(atoms, energy, forces):
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    return atoms


def test_gold_is_not_suspicious():
    loaded = [gold_clusters.load_data(n) for n in gold_clusters.SIZES]
    for train, validation in loaded:
        for structures in (train, [*train, *validation]):
            assert find_suspicious_data(structures) == []
    assert find_suspicious_data([atoms for train, _ in loaded for atoms in train]) == []


@pytest.mark.parametrize("number", [2, 8])
def test_compressed_hydrogen_is_not_suspicious(number):
    assert find_suspicious_data(dense_hydrogen.load_data(number)[0]) == []


@pytest.mark.parametrize("error", [1e4, -1e4, 10.0])
@pytest.mark.parametrize("place", [0, 4, 29])
def test_an_energy_that_is_off(error, place):
    structures = alloys()
    assert find_suspicious_data(structures) == []
    wrong = structures[place]
    labelled(wrong, wrong.get_potential_energy() + error, wrong.get_forces())
    (line,) = find_suspicious_data(structures)
    assert line.startswith(f"structure {place}: its energy is ") and line.endswith("; in all 1 of 30 structures")
    words = line.split()
    assert float(words[5]) == pytest.approx(abs(error) / 4, abs=0.2)  # eV/atom; the crystal itself is not at the median
    assert words[7] == ("above" if error > 0 else "below")


def test_energies_in_another_unit():
    structures = alloys()
    for atoms in structures[:4]:
        labelled(atoms, atoms.get_potential_energy() / 27.2114, atoms.get_forces())
    (line,) = find_suspicious_data(structures)
    assert line.endswith("; in all 4 of 30 structures")


def test_a_large_force():
    structures = alloys()
    forces = structures[7].get_forces()
    forces[2] = [0, -60.0, 80.1]
    labelled(structures[7], structures[7].get_potential_energy(), forces)
    assert find_suspicious_data(structures) == ["structure 7: a force is 100.1 eV/A; in all 1 of 30 structures"]


@pytest.mark.parametrize("periodic", [False, True])
def test_atoms_that_are_too_close(periodic):
    structures = alloys()
    distance = 0.59 * 2 * 1.36  # covalent radius of gold
    positions = [[0, 0, 0], [0, 0, 10 - distance if periodic else distance]]
    close = ase.Atoms("Au2", positions, cell=[10, 10, 10], pbc=periodic)
    structures.append(labelled(close, -2 * 896.4, np.zeros((2, 3))))
    line = "structure 30: two atoms are at 59 % of their covalent distance; in all 1 of 31 structures"
    assert find_suspicious_data(structures) == [line]


def test_copies():
    structures = alloys(100)
    again = structures[3].copy()
    same = [*structures, labelled(again, structures[3].get_potential_energy(), structures[3].get_forces())]
    assert find_suspicious_data(same) == []  # one of a hundred
    (line,) = find_suspicious_data([*structures, *structures[5:10]])
    assert "structure 100: it is structure 5 again, with an energy 0 eV/atom apart; in all 5 of 105" in line
    labelled(again, structures[3].get_potential_energy() + 0.04, structures[3].get_forces())
    (line,) = find_suspicious_data([*structures, again])
    assert line.startswith("structure 100: it is structure 3 again, with an energy 0.01 eV/atom apart; in all 1 of ")


def test_few_structures_and_no_forces():
    for atoms in (structures := alloys(3)):
        atoms.calc = SinglePointCalculator(atoms, energy=atoms.get_potential_energy())
    assert find_suspicious_data(structures) == []


def test_warnings_name_the_caller():
    structures = alloys(10)
    labelled(structures[2], 0.0, 200 * np.ones((4, 3)))

    def train():
        warn_about_suspicious_data(structures)

    with pytest.warns(SuspiciousDataWarning) as record:
        train()
    assert ["energy" in str(r.message) for r in record] == [True, False]
    assert all(r.filename == __file__ and "\n" not in str(r.message) for r in record)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SuspiciousDataWarning)
        train()
