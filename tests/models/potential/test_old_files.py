"""Files of version 0.1 give the energies and forces that version 0.1 gave."""

from pathlib import Path

import ase
import numpy as np
import pytest

from atomzoo import load_potential, save_potential
from tests.examples import crystal

ROOT = Path(__file__).parents[3]
TESTS = "tests/models/potential/version_0_1"  # functions of all kinds, partly trained; networks of chosen features
LOOPS = "datasets/data/gold_clusters/loops"
# As recorded with version 0.1 for `crystal`: energy and energy counted from the elements' shifts, eV; force on
# the first atom, eV/A.
RECORDED = {
    "models/zoo/weights/h_dense.keras": (
        -59.25920767349998,
        -0.3863980585126564,
        [0.12732174558480686, 0.02244495088741642, -0.019066352190075027],
    ),
    "models/zoo/weights/tio2_bulk.keras": (
        -4095.25120680614,
        15.438148524517363,
        [0.06700959074078128, 0.1860048669623211, -0.7800483537139371],
    ),
    f"{LOOPS}/au3/round_0/potential_0.keras": (
        -3585.137458130326,
        -0.05114841808446509,
        [-0.5395846219712337, -0.19712969798849758, -0.5810808115901859],
    ),
    f"{LOOPS}/au3/round_1/potential_0.keras": (
        -3584.780835321743,
        0.40753152240444124,
        [-0.03630061997604356, -0.024850889025945982, 0.03596761232047771],
    ),
    f"{LOOPS}/au3/round_1/potential_1.keras": (
        -3585.3264888904396,
        -0.1386494108184625,
        [-3.0304345019270694e-07, -5.110711891120596e-07, 6.993857305731392e-07],
    ),
    f"{LOOPS}/au4/round_0/potential_0.keras": (
        -3586.4797977548756,
        -0.5153567854255534,
        [-6.035841567553368e-06, -8.989963396904512e-06, 1.7306208924800847e-05],
    ),
    f"{LOOPS}/au4/round_2/potential_0.keras": (
        -3585.7175227453354,
        0.4333631052215303,
        [-0.0009762847838136726, -0.0014565150062593479, 0.002263521678143448],
    ),
    f"{LOOPS}/au4/round_2/potential_1.keras": (
        -3587.2721122169014,
        -1.122346205023198,
        [0.0021916969706584927, 0.001899953516463843, 0.0013239664996348552],
    ),
    f"{LOOPS}/au5/round_0/potential_0.keras": (-3587.1795077791785, -1.0058417014650731, [0.0, 0.0, 0.0]),
    f"{LOOPS}/au5/round_1/potential_0.keras": (
        -3588.065812368918,
        -1.6829839714381774,
        [-1.026060962953301e-08, -3.5944469150339613e-09, -1.8760652862056208e-08],
    ),
    f"{LOOPS}/au5/round_1/potential_1.keras": (
        -3589.4427335747555,
        -3.0629142087915855,
        [-0.0004264546816153782, -0.00013734052087588573, 0.00032191875442764365],
    ),
    "models/zoo/weights/sio2_vashishta.keras": (
        -34.85818801029993,
        -3.607148018935715,
        [-0.6030868983604054, -3.9163462339819795, 6.132899654386638],
    ),
    "models/zoo/weights/si_stillinger_weber.keras": (
        -3.3580892130288422,
        11.832777261122006,
        [0.2621049248463327, -1.4921357737145764, 2.171765621908458],
    ),
    f"{TESTS}/trained_functions.keras": (
        -2.1766058123916507,
        0.9904382499259641,
        [0.13800539194968456, 0.06205030678397269, 0.08272118703319328],
    ),
    f"{TESTS}/chebyshev.keras": (
        -3.636125312557342,
        -0.46908125023972735,
        [-0.30614753694680985, 0.12261078733718023, 1.123094134265557],
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_energies_and_forces_are_those_of_old(name):
    potential = load_potential(ROOT / name)
    result = potential.evaluate_atoms(crystal(potential.elements))
    energy, interaction, force = RECORDED[name]
    digits = 1e-10 if potential.compute_dtype == "float64" else 1e-5
    assert result["energy"] == pytest.approx(energy, rel=1e-13, abs=10 * digits)
    assert result["interaction_energy"] == pytest.approx(interaction, rel=digits)
    np.testing.assert_allclose(result["forces"][0], force, rtol=10 * digits, atol=10 * digits)
    assert potential.is_adapted and not potential.compiled


def test_they_are_written_as_files_of_today(tmp_path):
    old = load_potential(ROOT / "models/zoo/weights/h_dense.keras")
    save_potential(old, tmp_path / "new.keras")
    new = load_potential(tmp_path / "new.keras")
    for name, value in old.evaluate_atoms(ase.Atoms("H2", [[0, 0, 0], [0, 0, 0.8]])).items():
        np.testing.assert_array_equal(new.evaluate_atoms(ase.Atoms("H2", [[0, 0, 0], [0, 0, 0.8]]))[name], value)


def test_every_file_here_can_be_read():
    """That of a loop was written by version 0.1, those of the zoo by either."""
    paths = {path for folder in ("datasets", "models", "tests") for path in (ROOT / folder).rglob("*.keras")}
    assert {ROOT / name for name in RECORDED} <= paths
    assert all(load_potential(path).is_adapted for path in paths)
