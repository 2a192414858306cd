"""The Behler-Parrinello neural-network potential as a Keras model."""

import ase
import keras
import numpy as np
from keras import ops

from atomzoo.datasets.arrays.structure_dataset import StructureDataset, labels
from atomzoo.layers import AtomicNetwork, AtomSum, FeatureScaling, SymmetryFunctionLayer
from atomzoo.models.potential import forces as geometry
from atomzoo.models.potential.evaluation import AtomwiseEvaluator
from atomzoo.models.potential.gradients import value_and_gradient
from atomzoo.models.training.cached_inputs import with_cached_features

DERIVATIVES = ("forces", "stress")
SMALLEST_SCALE = 1e-3  # eV; where the labels are all alike, so that there is no spread to scale by


@keras.saving.register_keras_serializable(package="atomzoo")
class NeuralNetworkPotential(keras.Model):
    """E = sum_i network_element(i)(symmetry functions of the neighbors of i); forces and stress by differentiation.

    Args:
        elements: List of chemical symbols.
        functions: List of `SymmetryFunction`, or of their dicts; resolved by neighbor element.
        hidden: Widths of the hidden layers of each element's network, or a dict of these for each element.
        activation: Activation of the hidden layers, or of each layer, or a dict of either; see `AtomicNetwork`.
        scaling: Method of `FeatureScaling`, or a dict of its "method", "output_range" and "tolerance".
        cutoff_function: Name or layer, see `SymmetryFunctionLayer`.
        trainable_functions: False, True, or which of "eta", "rs", "kappa" are trained.
        seed: Int, of the initial weights.
        feature_columns: Dict of the features that each element's network takes, see `AtomicNetwork`. None: all.
        origin: Dict, ready for JSON, of what the files of another program hold beside the potential, so that it can be
            written to them again unchanged; see `atomzoo.models.formats.aenet`.
        dtype: "float32" (Keras' default; for training) or "float64" (for relaxation and comparison). Positions and
            total energies are float64 in both.

    Call arguments:
        inputs: Dict of arrays as `atomzoo.datasets.arrays.structure_dataset.to_arrays` makes them.

    Returns:
        {"energy": (B,) eV, "energies": (B, A) eV, those of the atoms}; compiled with a loss or metric for "forces" or
        "stress" also {"forces": (B, A, 3) eV/A, "stress": (B, 3, 3) eV/A^3, positive where tensile, 0 for what is not
        periodic in three directions}.

    Raises:
        ValueError: if a function, element or option is bad; which, and what was received.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo.models import NeuralNetworkPotential
    >>> from atomzoo.models.potential.function_sets import load_function_set
    >>> train, validation = gold_clusters.load_data(n_atoms=3)
    >>> potential = NeuralNetworkPotential(["Au"], load_function_set("barch-tubman-2017", ["Au"]), hidden=(15, 15))
    >>> potential.adapt(train)
    >>> potential.compile(optimizer="adam", loss={"energy": "mse"})
    >>> history = potential.fit(potential.dataset(train, shuffle=True), epochs=2, verbose=0)
    >>> sorted(potential.evaluate_atoms(validation[0]))
    ['energies', 'energy', 'features', 'forces', 'interaction_energy', 'stress']

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007).
    """

    def __init__(
        self,
        elements,
        functions,
        hidden=(30, 30),
        activation="tanh",
        scaling="min-max",
        cutoff_function="cosine",
        trainable_functions=False,
        seed=0,
        feature_columns=None,
        origin=None,
        dtype=None,
        **kwargs,
    ):
        # Without autocast the positions stay float64 in a float32 model; only the displacements are rounded.
        super().__init__(dtype=dtype, autocast=False, **kwargs)
        self.elements = list(elements)
        self.hidden, self.activation, self.scaling, self.seed = hidden, activation, scaling, seed
        options = {"dtype": self.dtype_policy}
        self.symmetry_functions = SymmetryFunctionLayer(
            functions, self.elements, cutoff_function, trainable_functions, name="symmetry_functions", **options
        )
        n_features = len(self.symmetry_functions.initial_functions)
        scaling_options = scaling if isinstance(scaling, dict) else {"method": scaling}
        self.feature_scaling = FeatureScaling(
            len(self.elements), n_features, name="feature_scaling", **scaling_options, **options
        )
        self.atomic_network = AtomicNetwork(
            self.elements, n_features, hidden, activation, seed, feature_columns, name="atomic_network", **options
        )
        self.atom_sum = AtomSum(len(self.elements), name="atom_sum")
        self.origin = origin
        self.derivatives = False
        self._fitted = self._measured = ("energy",)
        self._evaluator = None
        self.build()

    def build(self, input_shape=None):
        for layer in (self.symmetry_functions, self.feature_scaling, self.atomic_network, self.atom_sum):
            layer.build()
        self.built = True

    @property
    def functions(self):
        """The resolved `SymmetryFunction`s, one for each feature, with the parameters as they now are."""
        return self.symmetry_functions.functions

    @property
    def cutoff(self):
        """The largest cutoff radius, in A."""
        return self.symmetry_functions.cutoff

    @property
    def needs_triplets(self):
        """Whether inputs must hold triplets (G4)."""
        return self.symmetry_functions.needs_triplets

    def feature_range(self, element):
        """The smallest and largest value (F,) of each feature over the atoms of `element` in the data of `adapt`.

        Minus and plus infinity if there were none, and for features that the element's network does not take.
        """
        index, scaling = self.elements.index(element), self.feature_scaling
        columns = (self.atomic_network.feature_columns or {}).get(element, slice(None))
        limits = np.full((2, scaling.n_features), [[-np.inf], [np.inf]])
        if float(scaling.count[index]):
            for limit, table in zip(limits, (scaling.minimum, scaling.maximum), strict=True):
                limit[columns] = np.asarray(table)[index, columns]
        return tuple(limits)

    def dataset(self, structures, batch_size=32, labels=("energy",), shuffle=False, seed=0):
        """A `StructureDataset` of this potential's elements and cutoff, for `fit`, `evaluate` and `predict`."""
        return StructureDataset(
            structures,
            self.elements,
            self.cutoff,
            batch_size=batch_size,
            labels=labels,
            shuffle=shuffle,
            seed=seed,
            triplets=self.needs_triplets,
        )

    def adapt(self, structures, features=None):
        """Sets feature scaling, energy shifts and energy scale from labelled training structures.

        The shift of each element is fitted to the total energies by least squares; the scale is the deviation of what
        remains, per atom.

        Args:
            structures: List of `ase.Atoms` with energies.
            features: Their unscaled features (N, F), a row for each atom, if they have been evaluated before.

        Raises:
            ValueError: if a structure has no energy or an unknown element.
        """
        features = np.concatenate(self.evaluator.features(structures)) if features is None else features
        species = [self.elements.index(symbol) for atoms in structures for symbol in atoms.get_chemical_symbols()]
        self.feature_scaling.adapt(features, np.array(species))
        energies = labels(structures, ("energy",))["energy"]
        counts = np.array([[atoms.get_chemical_symbols().count(e) for e in self.elements] for atoms in structures])
        shifts = np.linalg.lstsq(counts.astype("float64"), energies, rcond=None)[0]
        residual = (energies - counts @ shifts) / counts.sum(axis=1)
        self.atom_sum.shifts.assign(shifts)
        self.atom_sum.scale.assign(max(float(np.std(residual)), SMALLEST_SCALE))

    def atomic_energies(self, features, species):
        """Output of the networks for unscaled features (B, A, F): (B, A), before shifts and scale."""
        return self.atomic_network(self.feature_scaling(features, species), species)

    def call(self, inputs, training=False):
        species = inputs["species"]
        if not self.derivatives:
            return self._energies(inputs["features"] if "features" in inputs else self._features(inputs), species)
        displacements = geometry.displacements(inputs["positions"], inputs["neighbors"], inputs["shifts"])
        energies, gradient = self._energies_and_gradient(inputs, displacements)
        return {
            **energies,
            "forces": geometry.forces(gradient, inputs["neighbors"]),
            "stress": geometry.stress(gradient, displacements, inputs["volume"]),
        }

    def _features(self, inputs, displacements=None):
        if displacements is None:
            displacements = geometry.displacements(inputs["positions"], inputs["neighbors"], inputs["shifts"])
        neighbor_species = geometry.neighbor_species(inputs["species"], inputs["neighbors"])
        return self.symmetry_functions(displacements, neighbor_species, inputs.get("triplets"))

    def _energies(self, features, species):
        """Energy (B,) of the structures and energies (B, A) of their atoms, float64."""
        atomic = self.atomic_energies(features, species)
        energies = self.atom_sum.scale * ops.cast(atomic, "float64") + self.atom_sum.reference_energies(species)
        return {"energy": self.atom_sum(atomic, species), "energies": energies}

    def _energies_and_gradient(self, inputs, displacements):
        """`_energies`, and the gradient of the energy with respect to the displacements (B, A, M, 3)."""

        def energy(features):
            energies = self._energies(features, inputs["species"])
            return energies["energy"], energies["energies"]

        if "features" not in inputs:
            (total, atomic), gradient = value_and_gradient(lambda d: energy(self._features(inputs, d)), displacements)
        else:
            (total, atomic), slope = value_and_gradient(energy, inputs["features"])
            gradient = ops.einsum("bamdf,baf->bamd", inputs["feature_gradients"], slope)
        return {"energy": total, "energies": atomic}, ops.cast(gradient, displacements.dtype)

    def compile(self, optimizer="adam", loss=None, loss_weights=None, metrics=None, **kwargs):
        """Configures training; losses and metrics are dicts by output. Without `loss`: squared error of the energy."""
        loss = {"energy": "mse"} if loss is None else loss
        loss, metrics = (value if isinstance(value, dict) else {"energy": value} for value in (loss, metrics or {}))
        self._fitted, self._measured = tuple(loss), tuple({**loss, **metrics})
        self.derivatives = any(name in DERIVATIVES for name in self._measured)
        # Metrics are always given, if empty: Keras would keep those of an earlier compile().
        super().compile(optimizer=optimizer, loss=loss, loss_weights=loss_weights, metrics=metrics, **kwargs)
        if not self.optimizer.built:  # so that also a potential that was never trained is saved with its optimizer
            self.optimizer.build(self.trainable_variables)

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def fit(self, x=None, validation_data=None, **kwargs):
        """`keras.Model.fit` on a `StructureDataset`; features that stay fixed are evaluated once, not every epoch."""
        x, validation_data = (with_cached_features(self, dataset) for dataset in (x, validation_data))
        # The dataset shuffles by its own seed; Keras would shuffle its batches once more, by the global one.
        kwargs = {"shuffle": False} | kwargs
        return super().fit(x, validation_data=validation_data, **kwargs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, *self._comparable(self._fitted, x, y, y_pred, sample_weight), training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, *self._comparable(self._measured, x, y, y_pred, sample_weight))

    def _comparable(self, names, x, y, y_pred, sample_weight):
        """The named labels and predictions; energies counted from the elements' shifts, for float32 to hold them."""
        references = {
            "energy": self.atom_sum.reference_energy(x["species"]),
            "energies": self.atom_sum.reference_energies(x["species"]),
        }

        def select(values):
            chosen = {name: ops.convert_to_tensor(values[name]) for name in names}
            # Losses of Keras take the mean over the last axis before they weight: that must not be structures or atoms.
            return chosen | {name: (chosen[name] - references[name])[..., None] for name in references if name in names}

        weights = None if sample_weight is None else {name: sample_weight[name] for name in names}
        if weights and "stress" in weights:
            weights["stress"] = weights["stress"][:, None]  # Keras leaves (B, 3) of (B, 3, 3)
        return select(y), select(y_pred), weights

    @property
    def evaluator(self):
        """The compiled evaluation of structures, see `AtomwiseEvaluator`."""
        if self._evaluator is None:
            self._evaluator = AtomwiseEvaluator(self)
        return self._evaluator

    def evaluate_atoms(self, structures):
        """Energies, forces and stress of structures of any size, periodic or not.

        Args:
            structures: `ase.Atoms`, or a list of them.

        Returns:
            A dict, or a list of dicts, of float64: energy (eV), energies (n,) (eV), forces (n, 3) (eV/A), stress (3, 3)
            (eV/A^3, zero for what is not periodic in three directions), features (n, F), and interaction_energy (eV):
            the energy counted from the elements' shifts, whose differences are exact where totals are thousands of eV.
        """
        if isinstance(structures, ase.Atoms):
            return self.evaluator.evaluate([structures])[0]
        return self.evaluator.evaluate(structures)

    def get_config(self):
        return {
            **super().get_config(),
            "elements": self.elements,
            "functions": [function.to_dict() for function in self.symmetry_functions.initial_functions],
            "hidden": self.hidden,
            "activation": self.activation,
            "feature_columns": self.atomic_network.feature_columns,
            "scaling": self.scaling,
            "cutoff_function": keras.saving.serialize_keras_object(self.symmetry_functions.cutoff_function),
            "trainable_functions": list(self.symmetry_functions.trainable_parameters),
            "seed": self.seed,
            "origin": self.origin,
        }
