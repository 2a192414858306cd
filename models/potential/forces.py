"""Displacements from the arrays of a batch, and forces and stress from the energy's gradient with respect to them."""

from keras import ops


def displacements(positions, neighbors, shifts):
    """D_ij = R_j + shift - R_i in A, (N, M, 3); 0 where there is no neighbor."""
    vectors = ops.take(positions, ops.maximum(neighbors, 0), axis=0) + shifts - positions[:, None, :]
    return ops.where(neighbors[..., None] >= 0, vectors, ops.zeros_like(vectors))


def neighbor_species(species, neighbors):
    """Species index of each neighbor, (N, M), -1 where there is none."""
    return ops.where(neighbors >= 0, ops.take(species, ops.maximum(neighbors, 0), axis=0), -1)


def forces(gradient, neighbors):
    """Forces (N, 3) in eV/A from `gradient` = dE/dD_ij (N, M, 3): R_i occurs in D_ij with -1, in D_ki with +1."""
    rows = ops.reshape(ops.maximum(neighbors, 0), (-1,))
    pulled = ops.segment_sum(ops.reshape(gradient, (-1, 3)), rows, ops.shape(gradient)[0])
    return ops.sum(gradient, axis=1) - pulled


def virials(gradient, displacements):
    """The sums (N, 3, 3) in eV of D outer dE/dD over the neighbors of each atom."""
    return ops.einsum("nmi,nmj->nij", displacements, gradient)


def stress(virials, structure, volume, periodic):
    """Stress (S, 9) in eV/A^3: sum of the atoms' `virials` over the volume, within the periodic directions.

    It is 0 where the volume is infinite. `periodic` (S, 3, 3) projects on the periodic directions.
    """
    virials = structure_sums(ops.reshape(virials, (-1, 9)), structure, ops.shape(volume)[0])
    virials = ops.reshape(virials, (-1, 3, 3))
    return ops.reshape(periodic @ virials @ periodic, (-1, 9)) / volume[:, None]


def structure_sums(values, structure, n_structures):
    """Sums (S, ...) over the atoms (N, ...) of each structure; empty rows, whose structure is S, are left out."""
    return ops.segment_sum(values, structure, n_structures + 1)[:-1]
