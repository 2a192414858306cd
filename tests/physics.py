"""What every symmetry function and potential must obey, as assertions."""

import numpy as np
from scipy.spatial.transform import Rotation


def assert_close(actual, expected, tolerance=1e-10, what=""):
    """Equal shapes, and values equal within `tolerance` times the largest expected one."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, 0, tolerance * np.abs(expected).max(initial=0.0), err_msg=what)


def central_differences(function, x, step=1e-4):
    """Derivatives of fourth order in `step` with respect to each component of x, (x.size, ...).

    Args:
        function: takes a batch (S, *x.shape) and returns the S values, an array (S, ...).
    """
    moves = step * np.eye(x.size).reshape(x.size, *x.shape)
    values = {k: np.asarray(function(x + k * moves)) for k in (-2, -1, 1, 2)}
    return (values[-2] - 8 * values[-1] + 8 * values[1] - values[2]) / (12 * step)


def assert_gradient(function, gradient, x, tolerance=1e-6, step=1e-4):
    """`gradient` is that of `function` (see `central_differences`), and it is not all zero."""
    expected = central_differences(function, x, step).reshape(np.shape(gradient))
    assert np.abs(expected).max() > 1e-4
    assert_close(gradient, expected, tolerance)


def random_rotation(seed=0):
    """An orthogonal matrix R; the vectors of rows x become x @ R."""
    return Rotation.random(rng=np.random.default_rng(seed)).as_matrix()


def guises(atoms):
    """Yields the same structure otherwise described: a name, the atoms, the original number of each, the rotation."""
    rng = np.random.default_rng(0)
    same, unrotated = np.arange(len(atoms)), np.eye(3)
    moved = atoms.copy()
    moved.translate([1.1, -2.2, 0.7])
    yield "translation", moved, same, unrotated
    for what, rotation in (("rotation", random_rotation()), ("reflection", np.diag([1.0, -1.0, 1.0]))):
        rotated = atoms.copy()
        rotated.set_cell(atoms.cell.array @ rotation)
        rotated.positions = atoms.positions @ rotation
        yield what, rotated, same, rotation
    order = rng.permutation(len(atoms))
    yield "permutation", atoms[order], order, unrotated
    periodic = np.flatnonzero(atoms.pbc)
    if not len(periodic):
        return
    images = atoms.copy()
    images.positions += (rng.integers(-2, 3, size=(len(atoms), 3)) * atoms.pbc) @ atoms.cell.array
    yield "periodic images", images, same, unrotated
    skewed = atoms.copy()
    cell = atoms.cell.array.copy()
    for first, second in zip(periodic[1:], periodic[:-1], strict=True):
        cell[first] += cell[second]
    skewed.set_cell(cell)
    yield "unit cell", skewed, same, unrotated
    copies = tuple(2 if axis == periodic[0] else 1 for axis in range(3))
    yield "supercell", atoms.repeat(copies), np.tile(same, 2), unrotated


def assert_invariant(evaluate, atoms, tolerance=1e-10):
    """All guises of a structure have its energies, and forces and stress turned with it; inputs stay as they were.

    Args:
        evaluate: from a list of Atoms to a list of dicts, as `NeuralNetworkPotential.evaluate_atoms`.
    """
    before = atoms.copy()
    variants = list(guises(atoms))
    original, *results = evaluate([atoms, *(variant for _, variant, _, _ in variants)])
    assert np.abs(original["forces"]).max() > 1e-3
    assert_close(original["energies"].sum(), original["energy"])
    for (what, _, order, rotation), result in zip(variants, results, strict=True):
        assert_close(result["energy"], original["energy"] * len(order) / len(atoms), tolerance, what)
        assert_close(result["energies"], original["energies"][order], tolerance, what)
        assert_close(result["features"], original["features"][order], tolerance, what)
        assert_close(result["forces"], original["forces"][order] @ rotation, tolerance, what)
        assert_close(result["stress"], rotation.T @ original["stress"] @ rotation, tolerance, what)
    assert atoms == before


def assert_derivatives(evaluate, atoms, tolerance=1e-6):
    """Forces are the negative slope of the energy, stress its slope with respect to strain, over the volume."""

    def energies(positions):
        moved = [atoms.copy() for _ in positions]
        for copy, now in zip(moved, positions, strict=True):
            copy.positions = now
        return [result["energy"] for result in evaluate(moved)]

    def strained_energies(strains):
        moved = [atoms.copy() for _ in strains]
        for copy, strain in zip(moved, strains, strict=True):
            copy.set_cell(copy.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        return [result["energy"] for result in evaluate(moved)]

    result = evaluate([atoms] * atoms.positions.size)[0]  # as many as for the differences: one compiled shape
    assert_gradient(energies, -result["forces"], atoms.positions, tolerance)
    if not atoms.pbc.any():
        assert not result["stress"].any()
        return
    vectors = atoms.cell.array[atoms.pbc]
    across = np.eye(3) - np.linalg.pinv(vectors) @ vectors  # projects on what is not periodic
    largest = np.abs(result["stress"]).max()
    assert np.abs(result["stress"] @ across).max() < 1e-14 * largest
    assert_close(result["stress"], result["stress"].T, 1e-14)
    expected = central_differences(strained_energies, np.zeros((3, 3))).reshape(3, 3) / atoms.get_volume()
    within = np.eye(3) - across
    assert largest > 1e-5
    assert_close(result["stress"], within @ expected @ within, tolerance)
