import ase
import numpy as np
import pytest
from ase.build import bulk

from atomzoo import load_potential
from atomzoo.models.validation.check import BAD, GOOD, LOOK
from atomzoo.models.validation.validate import validate
from tests.examples import small_potential
from tests.models.validation.examples import random_potential, silicon

pytestmark = pytest.mark.usefixtures("short")


def test_a_good_potential():
    """But for dimers, which nothing in its training holds apart: it has no repulsive core."""
    found = list(validate(load_potential("si-stillinger-weber", dtype="float64")))
    assert {check.name: check.verdict for check in found} == {
        "energy over volume": GOOD,
        "elastic constants": GOOD,
        "phonons at Gamma": GOOD,
        "dimer": BAD,
        "drift of the energy": GOOD,
        "closest pair": GOOD,
        "extrapolation": GOOD,
    }
    assert found[-1].subject == "Si64 at 300 K"


@pytest.mark.parametrize("seed", (1, 2))
def test_random_weights_are_bad(seed):
    verdicts = [check.verdict for check in validate(random_potential(seed), silicon())]
    assert verdicts.count(BAD) >= 4


def test_temperature():
    potential, structures = load_potential("si-stillinger-weber", dtype="float64"), [bulk("Si"), bulk("Si", a=5.4)]
    for atoms in structures:
        atoms.info["temperature"] = 700
    assert [*validate(potential, structures)][-1].subject.endswith("at 700 K")
    assert [*validate(potential, structures, 50.0)][-1].subject.endswith("at 50 K")
    for temperature in (0.0, np.nan):
        with pytest.raises(ValueError, match="The temperature must be above 0. Received: "):
            next(validate(potential, structures, temperature))


def test_molecules():
    """No crystals; dynamics of the smallest structure, as it is."""
    potential = small_potential(["Ti", "O"], core="zbl")
    structures = [
        ase.Atoms("TiO2", [[0, 0, 0], [0, 0, 1.7], [0, 1.6, -0.4]]),
        ase.Atoms("O2", [[0, 0, 0], [0, 0, 1.3]]),
    ]
    found = list(validate(potential, structures))
    assert [check.name for check in found[:3]] == ["dimer"] * 3 and len(found) == 6
    assert found[-1].subject == "O2 at 300 K"


def test_a_single_atom():
    found = list(validate(random_potential(), [ase.Atoms("Si")]))
    assert [check.name for check in found][0] == "dimer"


def test_without_data_several_elements_have_no_dynamics():
    found = list(validate(small_potential(["Ti", "O"])))
    assert (found[-1].name, found[-1].verdict) == ("dynamics", LOOK)


def test_a_check_that_cannot_be_made_is_bad(monkeypatch):
    def fails(*args):
        raise ValueError("no such\ncell")

    monkeypatch.setattr("atomzoo.models.validation.validate.check_elastic", fails)
    found = next(
        check
        for check in validate(load_potential("si-stillinger-weber", dtype="float64"), [bulk("Si")])
        if check.name == "elastic constants"
    )
    assert found.verdict == BAD and found.found == "no such cell"
