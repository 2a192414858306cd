"""A fixed repulsion of atoms that come so close that no data are there."""

import keras
import numpy as np
from keras import ops

from atomzoo.layers.descriptors.cutoffs import PolynomialCutoff
from atomzoo.layers.descriptors.geometry import distances_and_directions

COULOMB = 14.399645  # e^2 / (4 pi epsilon_0) in eV A, to the digits that LAMMPS has
SCREENING_LENGTH, SCREENING_POWER = 0.46850, 0.23  # A; of a = 0.4685 / (Z_i^0.23 + Z_j^0.23)
SCREENING = ((0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162))


@keras.saving.register_keras_serializable(package="atomzoo")
class RepulsiveCore(keras.layers.Layer):
    """The universal screened Coulomb repulsion of Ziegler, Biersack and Littmark (ZBL), switched off smoothly.

    For each pair of atoms, with the distance r and the atomic numbers Z,

        E = s(r) Z_i Z_j e^2 / (4 pi epsilon_0 r) phi(r / a),   a = 0.4685 A / (Z_i^0.23 + Z_j^0.23)
        phi(x) = 0.18175 exp(-3.1998 x) + 0.50986 exp(-0.94229 x) + 0.28022 exp(-0.4029 x) + 0.02817 exp(-0.20162 x)

    The switch s is 1 up to an inner radius and 0 from an outer one on; between them it is the polynomial of fifth
    degree whose first and second derivatives vanish at both, so that forces and their derivatives are continuous. As
    both factors fall, the core repels at all distances below the outer radius, and does nothing beyond. Nothing is
    trained. It is evaluated in float64, whatever the dtype of a potential.

    Args:
        numbers: List of the atomic numbers of the elements; a species index is a position in it.
        inner, outer: Radii in A, 0 <= inner < outer: symmetric nested lists (n, n) of those of pairs of elements, or
            lists (n,) of one of each element, whose sums are those of pairs.

    Call arguments:
        displacements: Float tensor (..., M, 3), R_j - R_i in A. Anything where a species is -1.
        species: Integer tensor (...), of the atoms, -1 = padding.
        neighbor_species: Integer tensor (..., M), -1 = padding.

    Returns:
        Energy (...) of the atoms in eV, float64: half of that of each of their pairs. 0 of atoms at one point.

    Raises:
        ValueError: lists of different lengths, different radii of a pair and its reverse, or a number or radius out of
            range.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import RepulsiveCore
    >>> core = RepulsiveCore([79], inner=[0.5], outer=[0.9])
    >>> dimer = np.array([[[0.0, 0.0, 1.0]]])
    >>> round(float(core(dimer, np.array([0]), np.array([[0]]))[0]), 3)  # eV, half of the pair's
    235.626
    >>> float(core(1.8 * dimer, np.array([0]), np.array([[0]]))[0])
    0.0

    References:
        Ziegler, Biersack and Littmark, The Stopping and Range of Ions in Matter, volume 1, Pergamon (1985);
        `pair_style zbl` of LAMMPS has the same coefficients.
    """

    def __init__(self, numbers, inner, outer, **kwargs):
        super().__init__(**{"trainable": False, **kwargs, "dtype": "float64"})
        self.numbers = [int(number) for number in numbers]
        self.inner, self.outer = (self._radii(name, radii) for name, radii in (("inner", inner), ("outer", outer)))
        low, high = np.array(self.inner), np.array(self.outer)
        if min(self.numbers) < 1 or not ((0 <= low) & (low < high) & (high < np.inf)).all():
            given = f"{self.numbers}, inner={self.inner}, outer={self.outer}"
            raise ValueError(f"Atomic numbers must be positive, and 0 <= inner < outer. Received: {given}")
        self._switch = PolynomialCutoff(1.0, order=2, dtype="float64")

    def _radii(self, name, given):
        """Nested lists (n, n) of the radii of pairs."""
        radii, n = np.array(given, "float64"), len(self.numbers)
        if radii.ndim == 1:
            radii = radii[:, None] + radii
        if not n or radii.shape != (n, n) or not np.array_equal(radii, radii.T, equal_nan=True):
            raise ValueError(
                f"A core has two radii of each element, or of each pair of elements. Received: {self.numbers}, "
                f"{name}={np.asarray(given).tolist()}"
            )
        return radii.tolist()

    @property
    def cutoff(self):
        """The largest distance in A below which two atoms repel each other."""
        return float(np.max(self.outer))

    def build(self, *input_shapes):
        self.built = True

    def call(self, displacements, species, neighbor_species):
        is_pair = (species[..., None] >= 0) & (neighbor_species >= 0)
        r, _ = distances_and_directions(ops.where(is_pair[..., None], displacements, ops.zeros_like(displacements)))
        strength, rate, inner, outer = self._of_pairs(species, neighbor_species)
        # Elsewhere all is evaluated at the outer radius, where value and slope are 0.
        r = ops.where((r > 0) & (r < outer), r, outer)
        screened = sum(factor * ops.exp(-decay * rate * r) for factor, decay in SCREENING)
        pairs = strength / r * screened * self._switch((r - inner) / (outer - inner))
        return 0.5 * ops.sum(pairs, axis=-1)

    def _of_pairs(self, species, neighbor_species):
        """Z_i Z_j e^2 / (4 pi epsilon_0) in eV A, 1 / a in 1/A, and both radii, (..., M) each."""
        numbers = np.array(self.numbers, "float64")
        powers = numbers**SCREENING_POWER
        tables = (
            COULOMB * numbers[:, None] * numbers,
            (powers[:, None] + powers) / SCREENING_LENGTH,
            np.array(self.inner),
            np.array(self.outer),
        )
        places = ops.maximum(species[..., None], 0) * len(numbers) + ops.maximum(neighbor_species, 0)
        return [ops.take(ops.convert_to_tensor(table.ravel()), places) for table in tables]

    def compute_output_shape(self, displacements_shape, *other_shapes):
        return displacements_shape[:-2]

    def get_config(self):
        return {**super().get_config(), "numbers": self.numbers, "inner": self.inner, "outer": self.outer}
