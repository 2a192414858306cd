"""Distances and directions from displacement vectors, with derivatives that are finite everywhere."""

from keras import ops


def distances_and_directions(displacements):
    """Lengths and unit vectors of displacements; both are zero, with zero derivative, where the displacement is.

    The square root and the division see 1 in place of a zero length: masking their input, not their output, is what
    keeps NaN out of the derivatives of padded and coincident entries.

    Args:
        displacements: Tensor (..., 3) in A.

    Returns:
        distances (...) in A, and the list of the three direction components, each (...).

    Example:

    >>> from atomzoo.layers.descriptors.geometry import distances_and_directions
    >>> r, (x, y, z) = distances_and_directions([[3.0, 0.0, 4.0]])
    >>> float(r[0]), round(float(z[0]), 3)
    (5.0, 0.8)
    """
    displacements = ops.convert_to_tensor(displacements)
    components = [displacements[..., axis] for axis in range(3)]
    squared = components[0] * components[0] + components[1] * components[1] + components[2] * components[2]
    apart = squared > 0
    length = ops.sqrt(ops.where(apart, squared, ops.ones_like(squared)))
    return ops.where(apart, length, ops.zeros_like(length)), [component / length for component in components]


def element_masks(neighbor_species, n_elements, dtype):
    """1 where the neighbor is of the element, else 0 (also for padding): (..., M) to (..., n_elements, M)."""
    of_element = [ops.equal(neighbor_species, element) for element in range(n_elements)]
    return ops.cast(ops.stack(of_element, axis=-2), dtype)
