"""Displacements from padded arrays, and forces and stress from the gradient of the energy with respect to them."""

from keras import ops


def neighbor_values(values, neighbors):
    """Values (B, A, ...) of each atom's neighbors (B, A, M): (B, A, M, ...); those of atom 0 where there is none."""
    return ops.take(_merge_structures(values), _merged_index(neighbors), axis=0)


def neighbor_species(species, neighbors):
    """Species index of each neighbor, (B, A, M), -1 = padding."""
    return ops.where(neighbors >= 0, neighbor_values(species, neighbors), -1)


def displacements(positions, neighbors, shifts):
    """D_ij = R_j + shift - R_i in A, (B, A, M, 3); 0 where there is no neighbor."""
    vectors = neighbor_values(positions, neighbors) + shifts - positions[:, :, None, :]
    return ops.where(neighbors[..., None] >= 0, vectors, ops.zeros_like(vectors))


def forces(gradient, neighbors):
    """Forces (B, A, 3) in eV/A from `gradient` = dE/dD_ij (B, A, M, 3): R_i occurs in D_ij with -1, in D_ki with +1."""
    shape = ops.shape(neighbors)
    n_atoms = shape[0] * shape[1]
    pulled = ops.segment_sum(ops.reshape(gradient, (-1, 3)), ops.reshape(_merged_index(neighbors), (-1,)), n_atoms)
    return ops.sum(gradient, axis=2) - ops.reshape(pulled, (shape[0], shape[1], 3))


def stress(gradient, displacements, volume):
    """Stress (B, 3, 3) in eV/A^3: sum of D outer dE/dD over the volume; 0 where the volume is infinite."""
    virial = ops.einsum("bami,bamj->bij", displacements, gradient)
    return virial / volume[:, None, None]


def _merge_structures(values):
    return ops.reshape(values, (-1, *values.shape[2:]))


def _merged_index(neighbors):
    """Index of each neighbor among the atoms of the whole batch; where there is none, of the structure's atom 0."""
    shape = ops.shape(neighbors)
    first = ops.cast(ops.arange(shape[0]) * shape[1], neighbors.dtype)
    return ops.maximum(neighbors, 0) + first[:, None, None]
