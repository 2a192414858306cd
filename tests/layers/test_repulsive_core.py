import math

import keras
import numpy as np
import pytest

from atomzoo.layers import RepulsiveCore
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import crystal, layer_inputs, wide_core
from tests.physics import assert_close, assert_gradient, random_rotation

SPECIES = np.array([0, 1, 0, 1], "int32")


def energy_of_pair(core, r, species=(0, 1)):
    """eV, both halves, of distances (n,)."""
    displacements = np.multiply.outer(np.asarray(r), [[0.6, 0.0, -0.8]])
    first, second = (np.full(len(displacements), s, "int32") for s in species)
    return 2.0 * np.asarray(core(displacements, first, second[:, None]))


def test_by_hand():
    """Silicon and oxygen below, within and beyond the switch."""
    core = RepulsiveCore([14, 8], [0.3, 0.2], [0.7, 0.5])
    a = 0.46850 / (14**0.23 + 8**0.23)
    for r, switch in ((0.2, 1.0), (0.5, 1.0), (0.85, 0.5), (1.025, 1 - 10 * 0.75**3 + 15 * 0.75**4 - 6 * 0.75**5)):
        x = r / a
        phi = 0.18175 * math.exp(-3.1998 * x) + 0.50986 * math.exp(-0.94229 * x)
        phi += 0.28022 * math.exp(-0.4029 * x) + 0.02817 * math.exp(-0.20162 * x)
        expected = switch * 14 * 8 * 14.399645 / r * phi
        for species in ((0, 1), (1, 0)):
            assert energy_of_pair(core, [r], species)[0] == pytest.approx(expected, rel=1e-13)
    assert not energy_of_pair(core, [1.2, 1.3, 50.0]).any() and core.cutoff == 1.4


def test_radii_of_elements_are_added():
    core, of_pairs = (
        RepulsiveCore([14, 8], *radii)
        for radii in (([0.3, 0.2], [0.7, 0.5]), ([[0.6, 0.5], [0.5, 0.4]], [[1.4, 1.2], [1.2, 1.0]]))
    )
    assert core.get_config()["outer"] == [[1.4, 1.2], [1.2, 1.0]]
    for pair in ((0, 0), (0, 1), (1, 1)):
        assert_close(energy_of_pair(core, [0.9], pair), energy_of_pair(of_pairs, [0.9], pair), 1e-14)
    again = RepulsiveCore.from_config(core.get_config())
    assert again.get_config() == core.get_config()


def test_radii_of_pairs():
    """Beyond that of oxygen with itself, titanium and oxygen still repel, and no others."""
    core = RepulsiveCore([22, 8], [[0.5, 1.0], [1.0, 0.8]], [[1.0, 2.0], [2.0, 1.5]])
    assert core.cutoff == 2.0
    for pair, outer in (((0, 0), 1.0), ((0, 1), 2.0), ((1, 0), 2.0), ((1, 1), 1.5)):
        below, above = energy_of_pair(core, [outer - 0.01, outer + 0.01], pair)
        assert below > 0 and above == 0


def test_forces_and_their_slopes_are_continuous():
    core = RepulsiveCore([79], [0.5], [0.9])

    gold = np.zeros((6, 1), "int32")

    def slope(r):
        along = np.array([0.0, 0.0, 1.0])
        return value_and_gradient(lambda r: core(r[:, None, None] * along, gold[:, 0], gold), r)[1]

    r = np.array([1.0, 1.8, 1.4])
    near = np.concatenate([r - 1e-7, r + 1e-7])
    first, second = (np.asarray(x) for x in value_and_gradient(slope, near))
    assert np.abs(second).max() > 100 and np.abs(first).max() > 100
    for derivative in (first, second):
        assert_close(derivative[:3], derivative[3:], 1e-4)
    assert second[4] == first[4] == 0


def test_it_repels_at_all_distances():
    core = wide_core()
    for species in ((0, 0), (0, 1), (1, 1)):
        energies = energy_of_pair(core, np.linspace(0.01, 2.69, 500), species)
        assert (np.diff(energies) < 0).all() and energies[-1] > 0


def test_derivatives_and_symmetry():
    core, (displacements, neighbor_species, _) = wide_core(), layer_inputs(crystal(["Ti", "O"]), ["Ti", "O"])
    known = np.nan_to_num(displacements)
    energies, gradient = value_and_gradient(lambda d: core(d, SPECIES, neighbor_species), displacements)
    assert np.isfinite(gradient).all() and (neighbor_species < 0).any()
    assert not np.asarray(gradient)[neighbor_species < 0].any()
    assert_gradient(
        lambda batch: np.asarray(core(batch, SPECIES, neighbor_species)).sum(axis=1), np.asarray(gradient), known
    )
    assert_close(core(known @ random_rotation(), SPECIES, neighbor_species), energies, 1e-12)
    assert_close(core(known[:, ::-1], SPECIES, neighbor_species[:, ::-1]), energies, 1e-13)
    assert_close(core(known[[1, 0]], SPECIES[[1, 0]], neighbor_species[[1, 0]]), np.asarray(energies)[[1, 0]], 1e-14)


def test_padding_atoms_at_one_point_and_alone():
    core = wide_core()
    displacements = np.zeros((3, 2, 3))
    neighbor_species = np.array([[0, -1], [-1, -1], [0, 0]], "int32")
    energies, gradient = value_and_gradient(
        lambda d: core(d, np.array([0, 1, -1], "int32"), neighbor_species), displacements
    )
    assert not np.asarray(energies).any() and not np.asarray(gradient).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([79], [0.5, 0.5], [0.9]), r"two radii of each element, or .* Received: \[79\], inner=\[0.5, 0.5\]"),
        (([], [], []), r"two radii of each element, or of each pair of elements. Received: \[\], inner=\[\]"),
        (([22, 8], [0.1, 0.1], [[1, 2], [1.5, 1]]), r"Received: \[22, 8\], outer=\[\[1.0, 2.0\], \[1.5, 1.0\]\]"),
        (([0], [0.5], [0.9]), r"Received: \[0\], inner=\[\[1.0\]\], outer=\[\[1.8\]\]"),
        (([79], [0.9], [0.9]), r"0 <= inner < outer. Received: \[79\], inner=\[\[1.8\]\], outer=\[\[1.8\]\]"),
        (([79], [-0.1], [0.9]), "0 <= inner < outer"),
        (([79], [0.1], [math.nan]), "0 <= inner < outer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        RepulsiveCore(*arguments)


def test_in_a_keras_file(tmp_path):
    displacements, neighbor_species, _ = layer_inputs(crystal(["Ti", "O"]), ["Ti", "O"])
    arrays = np.nan_to_num(displacements), SPECIES, neighbor_species
    inputs = [keras.Input(a.shape[1:], dtype=str(a.dtype)) for a in arrays]
    model = keras.Model(inputs, wide_core()(*inputs))
    model.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(list(arrays)), model(list(arrays)))
    assert np.abs(model(list(arrays))).max() > 0.1
