"""From atomic energies to the energy of the structure."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="atomzoo")
class AtomSum(keras.layers.Layer):
    """The fixed summation layer: E = sum_i (scale * E_i + shift of the element of i).

    As built it has weight 1 (`scale`) and bias 0 (`shifts`); neither is ever trained. `adapt()` sets them so that the
    networks see energies of order one, whatever zero the labels have: raw DFT totals of thousands of eV train as well
    as cohesive energies. The sum is taken in float64: float32 would round a total of -2689 eV to 0.2 meV.

    Args:
        n_elements: Int, number of elements.

    Call arguments:
        atomic_energies: Float tensor (B, A), outputs of `AtomicNetwork`.
        species: Integer tensor (B, A), -1 = padding.

    Returns:
        Energy (B,) in eV, float64.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import AtomSum
    >>> float(AtomSum(n_elements=1)(np.array([[1.0, 2.0, 9.0]]), np.array([[0, 0, -1]]))[0])
    3.0

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007), eq. 1.
    """

    def __init__(self, n_elements, **kwargs):
        super().__init__(**{"trainable": False, **kwargs, "dtype": "float64"})
        self.n_elements = n_elements

    def build(self, *input_shapes):
        self.shifts = self.add_weight(name="shifts", shape=(self.n_elements,), initializer="zeros", trainable=False)
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones", trainable=False)
        self.built = True

    def call(self, atomic_energies, species):
        return self.interaction_energy(atomic_energies, species) + self.reference_energy(species)

    def interaction_energy(self, atomic_energies, species):
        """The energy counted from the elements' shifts, (B,) eV: small numbers, whose differences lose no digits."""
        interaction = ops.where(species >= 0, atomic_energies, ops.zeros_like(atomic_energies))
        return self.scale * ops.sum(interaction, axis=-1)

    def reference_energy(self, species):
        """Sum of the elements' shifts over the atoms of each structure: (B, A) to (B,), eV."""
        counts = [ops.sum(ops.cast(ops.equal(species, index), "float64"), -1) for index in range(self.n_elements)]
        return ops.matmul(ops.stack(counts, axis=-1), self.shifts[:, None])[..., 0]

    def reference_energies(self, species):
        """Shift of each atom's element: (B, A), eV; 0 for padding."""
        shifts = ops.take(self.shifts, ops.maximum(species, 0), axis=0)
        return ops.where(species >= 0, shifts, ops.zeros_like(shifts))

    def compute_output_shape(self, atomic_energies_shape, species_shape=None):
        return atomic_energies_shape[:-1]

    def get_config(self):
        return {**super().get_config(), "n_elements": self.n_elements}
