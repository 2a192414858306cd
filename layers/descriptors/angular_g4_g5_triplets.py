"""The three-body symmetry functions as sums over triplets: G4, and G5 of any zeta."""

import keras
from keras import ops

from atomzoo.layers.descriptors.geometry import distances_and_directions
from atomzoo.layers.descriptors.pairs import angular_columns, neighbor_pairs, take_rows
from atomzoo.layers.descriptors.radial_factors import RadialFactors
from atomzoo.layers.descriptors.radial_g1_g2_g3 import take_columns


class TripletFunctions(keras.layers.Layer):
    """G4 or G5, summed over pairs of neighbors j < k.

    Args:
        functions: List of resolved `SymmetryFunction`, all of kind G4 or all of kind G5.
        elements: Chemical symbols, in the order of the species indices.
        cutoff_function, trainable_parameters: See `RadialFactors`.
        double_count: Whether each pair of neighbors is counted twice.

    Call arguments:
        displacements: Tensor (..., M, 3) in A.
        neighbor_species: Integer tensor (..., M), -1 = padding.
        triplets: Integer tensor (..., T, 2), the slots j, k of each pair, -1 = padding; None for all pairs.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(
        self, functions, elements, cutoff_function="cosine", trainable_parameters=(), double_count=False, **kwargs
    ):
        super().__init__(**kwargs)
        kinds = {function.kind for function in functions}
        if len(kinds) != 1 or not kinds <= {"G4", "G5"}:
            raise ValueError(f"`functions` must all be G4 or all be G5. Received: {sorted(kinds)}")
        self.narrow = kinds == {"G4"}
        self.double_count = double_count
        self.factors = RadialFactors(functions, cutoff_function, trainable_parameters, dtype=self.dtype_policy)
        self.pairs, self.polynomials, self.columns = angular_columns(functions, elements, self.factors.index)

    def build(self, *input_shapes):
        self.factors.build()
        self.built = True

    def call(self, displacements, neighbor_species, triplets=None):
        j, k = neighbor_pairs(displacements.shape[-2], triplets)
        table = self._neighbor_table(displacements)
        rows_j, rows_k = (take_rows(table, slots) for slots in (j, k))
        (d_j, u_j, r_j, fc_j), (d_k, u_k, r_k, fc_k) = _columns(rows_j), _columns(rows_k)
        distances, cutoffs = [r_j, r_k], [a * b for a, b in zip(fc_j, fc_k, strict=True)]
        if self.narrow:
            r_jk, _ = distances_and_directions(ops.stack([b - a for a, b in zip(d_j, d_k, strict=True)], axis=-1))
            distances.append(r_jk)
            cutoffs = [fc * cutoff(r_jk) for fc, cutoff in zip(cutoffs, self.factors.cutoffs, strict=True)]
        amplitude = self.factors.product(distances, ops.stack(cutoffs, axis=-2))  # (..., factors, T)
        cosine = u_j[0] * u_k[0] + u_j[1] * u_k[1] + u_j[2] * u_k[2]
        angular = ops.stack([self._angular(cosine, *polynomial) for polynomial in self.polynomials], axis=-1)
        species_j, species_k = (take_rows(neighbor_species[..., None], slots)[..., 0] for slots in (j, k))
        masks = self._pair_masks(species_j, species_k, triplets)
        sums = ops.stack([ops.matmul(amplitude * mask[..., None, :], angular) for mask in masks], axis=-2)
        return take_columns(sums, 3, self.columns)

    def _neighbor_table(self, displacements):
        """What triplets take from each neighbor, see `_columns`, side by side, to be moved at once: (..., M, C)."""
        r, u = distances_and_directions(displacements)
        components = [displacements[..., axis] for axis in range(3)]
        return ops.stack([*components, *u, r, *(cutoff(r) for cutoff in self.factors.cutoffs)], axis=-1)

    def _angular(self, cosine, zeta, lambda_):
        """2^(1-zeta) (1 + lambda cos)^zeta; rounding may take the base below 0, which fractional powers do not allow.

        With an integer zeta it may stay there: the slope of zeta = 1 is needed also where atoms are on one line.
        """
        base = 1.0 + lambda_ * cosine
        if zeta == int(zeta):
            power = integer_power(base, int(zeta))
        else:
            positive = base > 0
            power = ops.where(positive, ops.where(positive, base, ops.ones_like(base)) ** zeta, ops.zeros_like(base))
        return 2.0 ** (1 - zeta) * (2 if self.double_count else 1) * power

    def _pair_masks(self, species_j, species_k, triplets):
        """For each pair of elements, 1 where the two neighbors are of these: list of (..., T)."""
        masks = []
        for a, b in self.pairs:
            mask = (species_j == a) & (species_k == b)
            if a != b:
                mask = mask | ((species_j == b) & (species_k == a))
            if triplets is not None:
                mask = mask & (triplets[..., 0] >= 0)
            masks.append(ops.cast(mask, self.compute_dtype))
        return masks

    def current_functions(self):
        """The functions with the parameters as they now are."""
        return self.factors.current_functions()


def _columns(rows):
    """Displacement, direction (three tensors each), distance, and fc for each radius, of rows (..., T, columns)."""
    columns = [rows[..., column] for column in range(rows.shape[-1])]
    return columns[:3], columns[3:6], columns[6], columns[7:]


def integer_power(x, n):
    """x^n by repeated squaring, n >= 1: exact slopes at x = 0, and no logarithm."""
    power = None
    while n:
        if n & 1:
            power = x if power is None else power * x
        n >>= 1
        x = x * x if n else x
    return power
