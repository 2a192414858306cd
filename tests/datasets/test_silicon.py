"""The embedded silicon data: what load_data gives, and that the numbers are those of silicon."""

import numpy as np
import pytest
from ase import units

from atomzoo.datasets import silicon
from atomzoo.datasets.generate.silicon.phases import PHASES


@pytest.fixture(scope="module")
def parts():
    return {split: silicon.load_data(split) for split in silicon.SPLITS}


def test_splits(parts):
    indices = {split: {a.info["index"] for a in part if "index" in a.info} for split, part in parts.items()}
    assert not indices["train"] & indices["test"]
    n_test, n_train = len(indices["test"]), len(indices["train"])
    assert n_test == len(parts["test"])  # relaxations only train
    assert n_test / (n_test + n_train) == pytest.approx(silicon.TEST_SHARE, abs=0.03)
    phases = {split: {atoms.info["phase"] for atoms in part} for split, part in parts.items()}
    assert phases["test"] <= phases["train"] == {*PHASES, "liquid", "amorphous"}


def test_labels(parts):
    for atoms in [*parts["train"], *parts["test"]]:
        assert atoms.pbc.all() and set(atoms.symbols) == {"Si"}
        np.testing.assert_allclose(atoms.get_forces().sum(axis=0), 0, atol=1e-3)
        assert -107.9 < atoms.get_potential_energy() / len(atoms) < -103
        assert np.isfinite(atoms.get_stress()).all()


def test_no_structure_twice(parts):
    keys = [(len(a), a.get_potential_energy(), a.get_volume()) for a in [*parts["train"], *parts["test"]]]
    assert len(set(keys)) == len(keys)


def test_pressure_is_the_slope_of_the_energy(parts):
    """That of diamond, from neighboring volumes of its relaxed curve; without the correction it is off by 1 GPa."""
    diamond = [a for a in parts["train"] if a.info.get("relaxed") and a.info["phase"] == "diamond"]
    diamond.sort(key=lambda atoms: atoms.get_volume())
    volumes = np.array([atoms.get_volume() / 2 for atoms in diamond])
    curve = np.polyfit(volumes ** (-2 / 3), [atoms.get_potential_energy() / 2 for atoms in diamond], 3)
    slopes = np.polyval(np.polyder(curve), volumes ** (-2 / 3)) * 2 / 3 * volumes ** (-5 / 3)
    pressures = np.array([-atoms.get_stress()[:3].mean() for atoms in diamond])
    np.testing.assert_allclose(pressures / units.GPa, slopes / units.GPa, atol=0.4)


def test_unknown_split():
    with pytest.raises(ValueError, match="must be one of .'train', 'test'.. Received: split='validation'$"):
        silicon.load_data("validation")


def test_engine_has_the_settings_of_the_paper(tmp_path):
    atoms = silicon.load_data("test")[0]
    text = silicon.reference_engine().input_text(atoms, "scf", {}, {})
    for line in ("  ecutwfc = 20.0", "  smearing = 'fermi-dirac'", "  nosym = .false.", "  tstress = .true."):
        assert line in text.splitlines()
    assert float(text.split("degauss = ")[1].split()[0]) * units.Ry == pytest.approx(0.1)
