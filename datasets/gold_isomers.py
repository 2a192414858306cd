"""Isomers of small gold clusters, to start molecular dynamics or a search from."""

import numpy as np
from ase import Atoms

BOND = 2.65  # A, near the nearest-neighbor distance of Au3 to Au5
BOX = 10.0  # A
_HEIGHT = np.sqrt(3) / 2  # of an equilateral triangle


def gold_isomers(n_atoms):
    """Return unrelaxed isomers of a gold cluster in the middle of a periodic cubic box of 10 A.

    Chains lie along the diagonal of a face, where their periodic images are farthest.

    Args:
        n_atoms: 2 to 5.

    Returns:
        dict, name to Atoms.

    Raises:
        ValueError: another number of atoms.

    Example:
        >>> list(gold_isomers(3))
        ['triangle', 'bent', 'linear']
    """
    if n_atoms not in _SHAPES:
        raise ValueError(f"Gold clusters have 2 to 5 atoms here. Received: {n_atoms}")
    return {name: _in_box(np.array(shape, dtype=float)) for name, shape in _SHAPES[n_atoms].items()}


def _in_box(shape):
    if np.ptp(shape[:, 0]) > 1.6:  # bonds: a chain
        shape = shape @ np.array([[1, 1, 0], [-1, 1, 0], [0, 0, np.sqrt(2)]]) / np.sqrt(2)
    atoms = Atoms(f"Au{len(shape)}", BOND * shape, cell=[BOX] * 3, pbc=True)
    atoms.center()
    return atoms


def _chain(angle, n_atoms):
    """Zigzag of bonds of length 1 with the angle given (degrees)."""
    half = np.radians(angle) / 2
    return [[i * np.sin(half), (i % 2) * np.cos(half), 0] for i in range(n_atoms)]


_TRIANGLE = [[0, 0, 0], [1, 0, 0], [0.5, _HEIGHT, 0]]
_TETRAHEDRON = [*_TRIANGLE, [0.5, _HEIGHT / 3, np.sqrt(2 / 3)]]
_SHAPES = {
    2: {f"distance-{d}": [[0, 0, 0], [d / BOND, 0, 0]] for d in (2.6, 2.3, 3.0, 3.5)},
    3: {"triangle": _TRIANGLE, "bent": _chain(110, 3), "linear": _chain(170, 3)},
    4: {
        "rhombus": [*_TRIANGLE, [1.5, _HEIGHT, 0]],
        "y": [*_TRIANGLE, [0.5, _HEIGHT + 1, 0]],
        "tetrahedron": _TETRAHEDRON,
        "zigzag": _chain(120, 4),
    },
    5: {
        "w": [*_TRIANGLE, [1.5, _HEIGHT, 0], [2, 0, 0]],
        "bow-tie": [[0, 0, 0], [-_HEIGHT, 0.5, 0], [-_HEIGHT, -0.5, 0], [_HEIGHT, 0.5, 0], [_HEIGHT, -0.5, 0]],
        "bipyramid": [*_TETRAHEDRON, [0.5, _HEIGHT / 3, -np.sqrt(2 / 3)]],
        "pyramid": [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0.5, 0.5, np.sqrt(0.5)]],
    },
}
