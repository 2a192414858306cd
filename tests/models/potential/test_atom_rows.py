import numpy as np

from atomzoo import NeuralNetworkPotential
from atomzoo.models.potential.atom_rows import _width, atom_rows
from tests.examples import PATHS, crystal, rattled

ELEMENTS = ["Ti", "O"]


def test_rows_hold_each_atom_once_with_its_neighbors_and_their_moves():
    structures = [*rattled(crystal(ELEMENTS), 2), crystal(ELEMENTS, pbc=False)[:2]]
    potential = NeuralNetworkPotential.from_functions(ELEMENTS, PATHS["radial"][:1], hidden=(1,))
    n_atoms, seen = sum(map(len, structures)), []
    directions = np.random.default_rng(0).normal(size=(n_atoms, 2, 3))
    step = 1e-6
    moved, start = [], 0
    for atoms in structures:
        copy = atoms.copy()
        copy.positions += step * directions[start : start + len(atoms), 1]
        moved.append(copy)
        start += len(atoms)
    after = {int(n): vectors for atoms, row, _ in atom_rows(moved, potential) for n, vectors in _numbered(atoms, row)}
    for atoms, row, moves in atom_rows(structures, potential, directions):
        seen += atoms.tolist()
        assert len(moves) == 2 and moves[0].shape == row.displacements.shape
        for k, (n, vectors) in enumerate(_numbered(atoms, row)):
            rate = (after[int(n)] - vectors) / step
            np.testing.assert_allclose(moves[1][k], rate, atol=1e-8)
    assert sorted(seen) == list(range(n_atoms))


def test_few_widths_none_much_too_wide():
    widths = [_width(count) for count in range(1, 1000)]
    assert widths[7:13] == [8, 12, 12, 12, 12, 16] and len(set(widths)) == 15
    assert all(count <= width <= max(8, 1.5 * count) for count, width in enumerate(widths, start=1))


def _numbered(atoms, row):
    return zip(atoms, row.displacements, strict=True)
