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
        atomic_energies: Float tensor (B, A), outputs of `AtomicNetwork`; or (N,), the atoms of all structures in a row.
        species: Integer tensor (B, A) or (N,), -1 = padding.
        structure: Integer tensor (N,), the structure that each atom of a row belongs to, `n_structures` for padding.
        n_structures: Int, number of structures S.

    Returns:
        Energy (B,) or (S,) in eV, float64.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import AtomSum
    >>> float(AtomSum(n_elements=1)(np.array([[1.0, 2.0, 9.0]]), np.array([[0, 0, -1]]))[0])
    3.0
    >>> in_a_row = np.array([1.0, 2.0, 9.0]), np.array([0, 0, -1]), np.array([0, 1, 2])
    >>> AtomSum(n_elements=1)(*in_a_row, n_structures=2).numpy().tolist()
    [1.0, 2.0]

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

    def call(self, atomic_energies, species, structure=None, n_structures=None):
        interaction = self.interaction_energy(atomic_energies, species, structure, n_structures)
        return interaction + self.reference_energy(species, structure, n_structures)

    def interaction_energy(self, atomic_energies, species, structure=None, n_structures=None):
        """The energy counted from the elements' shifts, in eV: small numbers, whose differences lose no digits."""
        interaction = ops.where(species >= 0, atomic_energies, ops.zeros_like(atomic_energies))
        return self.scale * _sum_of_atoms(interaction, structure, n_structures)

    def reference_energy(self, species, structure=None, n_structures=None):
        """Sum of the elements' shifts over the atoms of each structure, in eV."""
        energy = 0.0
        for index in range(self.n_elements):
            count = _sum_of_atoms(ops.cast(ops.equal(species, index), "float64"), structure, n_structures)
            energy = energy + count * self.shifts[index]
        return energy

    def reference_energies(self, species):
        """Shift of each atom's element, in eV, 0 for padding: (B, A) or (N,) as `species`."""
        shifts = ops.take(self.shifts, ops.maximum(species, 0), axis=0)
        return ops.where(species >= 0, shifts, ops.zeros_like(shifts))

    def compute_output_shape(self, atomic_energies_shape, *other_shapes):
        return atomic_energies_shape[:-1]

    def get_config(self):
        return {**super().get_config(), "n_elements": self.n_elements}


def _sum_of_atoms(values, structure, n_structures):
    """(B, A) to (B,), or (N,) to (S,) by the structure of each atom."""
    if structure is None:
        return ops.sum(values, axis=-1)
    return ops.segment_sum(values, structure, n_structures + 1)[:-1]
