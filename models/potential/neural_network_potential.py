"""The Behler-Parrinello neural-network potential as a Keras model."""

import ase
import keras
import numpy as np
from keras import ops

from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.arrays.structure_dataset import StructureDataset
from atomzoo.layers import AtomicNetwork, AtomSum, FeatureScaling, descriptor_from_functions
from atomzoo.models.potential import forces as geometry
from atomzoo.models.potential.compiled_potential import DERIVATIVES, CompiledPotential
from atomzoo.models.potential.cores import core_from
from atomzoo.models.potential.engines import Engines
from atomzoo.models.potential.evaluation import PotentialEvaluator
from atomzoo.models.potential.gradients import value_and_gradient
from atomzoo.models.potential.old_files import is_old, potential_from_old_config
from atomzoo.models.zoo.presets import preset_file

SMALLEST_SCALE = 1e-3  # eV; where the labels are all alike, so that there is no spread to scale by


@keras.saving.register_keras_serializable(package="atomzoo")
class NeuralNetworkPotential(CompiledPotential):
    """E = sum_i network_element(i)(descriptor of the neighbors of i) [+ core]; forces and stress by differentiation.

    It is made of layers, each of which may be one of your own; `from_functions` makes it from symmetry functions.

    Args:
        descriptor: `Descriptor`: displacements to features.
        network: `AtomicNetwork`, or a layer that is called as it is, `network(features, species, rows=None,
            training=False)`: scaled features (N, F) to atomic energies (N,).
        scaling: `FeatureScaling`; None for that of min-max.
        core: `RepulsiveCore` whose energy is added to that of the networks, which learn the rest; or None.
        provenance: Dict, ready for JSON, of what the files of another program hold beside the potential, so that it can
            be written to them again unchanged; see `atomzoo.models.formats.aenet`.
        dtype: "float32" or "float64"; None for that of the descriptor. Positions and total energies are float64 in
            both.

    Call arguments:
        inputs: Dict of arrays as `atomzoo.datasets.arrays.batch.to_arrays` makes them, of S structures and N atoms. In
            place of the geometry, what was evaluated once: `features` (N, F), and for derivatives `feature_projections`
            (N, K, F), or `feature_gradients` (N, M, 3, F) with respect to the positions of `neighbors` (N, M) and, for
            stress, `feature_virials` (N, 3, 3, F), see `atomzoo.models.training.feature_derivatives`. With a core also
            `core_energies` (N,) in eV, and `core_projections` (N, K) in eV/A, or `core_gradients` (N, M, 3) in eV/A and
            `core_virials` (N, 3, 3) in eV.

    Returns:
        {"energy": (S,) eV, "energy_per_atom": (S,) eV, "energies": (N,) eV, those of the atoms}; compiled with a loss
        or metric for "forces" or "stress" also {"forces": (N, 3) eV/A, "stress": (S, 9) eV/A^3, positive where tensile,
        0 for what is not periodic in three directions}; for "projected_forces" {"projected_forces": (S, K) eV/A}.

    Raises:
        ValueError: layers of different dtypes; a core of other elements, or that reaches beyond the cutoff.

    Example:

    >>> from atomzoo import NeuralNetworkPotential, load_function_set
    >>> from atomzoo.datasets import gold_clusters
    >>> train, validation = gold_clusters.load_data(n_atoms=3)
    >>> functions = load_function_set("barch-tubman-2017", ["Au"])
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(15, 15))
    >>> potential.adapt(train)
    >>> potential.compile(optimizer="adam", loss={"energy_per_atom": "mse"})
    >>> history = potential.fit(potential.dataset(train, shuffle=True), epochs=2, verbose=0)
    >>> sorted(potential.evaluate_atoms(validation[0]))
    ['energies', 'energy', 'features', 'forces', 'interaction_energy', 'n_outside', 'stress']

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007).
    """

    def __init__(self, descriptor, network, scaling=None, provenance=None, dtype=None, core=None, **kwargs):
        dtype = dtype or descriptor.dtype_policy
        # Without autocast the positions stay float64 in a float32 model; only the displacements are rounded.
        super().__init__(dtype=dtype, autocast=False, **kwargs)
        self.elements = list(descriptor.elements)
        self.descriptor = descriptor
        self.feature_scaling = scaling or FeatureScaling(
            len(self.elements), descriptor.n_features, name="feature_scaling", dtype=dtype
        )
        self.atomic_network = network
        self.atom_sum = AtomSum(len(self.elements), name="atom_sum")
        self.core = core
        self.provenance = provenance
        self._evaluator = self._engines = None
        self._check_dtypes()
        self._check_core()
        self.build()

    @classmethod
    def from_functions(
        cls,
        elements,
        functions,
        hidden=(30, 30),
        activation="tanh",
        scaling="min-max",
        cutoff_function="cosine",
        trainable_functions=False,
        seed=0,
        feature_columns=None,
        dropout=0.0,
        provenance=None,
        dtype=None,
        core=None,
    ):
        """A potential of symmetry functions of any kind and one network for each element.

        Args:
            elements: List of chemical symbols.
            functions: List of `SymmetryFunction`, `ChebyshevFunction` and `CompactFunction`, or of their dicts;
                resolved by element.
            hidden: Widths of the hidden layers of each element's network, or a dict of these for each element.
            activation: Activation of the hidden layers, or of each layer, or a dict of either; see `AtomicNetwork`.
            scaling: Method of `FeatureScaling`, or a dict of its "method", "output_range" and "tolerance".
            cutoff_function: Name or layer, see `SymmetryFunctionLayer`.
            trainable_functions: False, True, or which of "eta", "rs", "kappa" are trained.
            seed: Int, of the initial weights.
            feature_columns: Dict of the features that each element's network takes, see `AtomicNetwork`. None: all.
            dropout: Rate, see `AtomicNetwork`.
            provenance, dtype: see the class; None for Keras' default dtype, "float32".
            core: None, `RepulsiveCore`, or "zbl" for that of `zbl_core` without data.

        Raises:
            ValueError: if a function, element or option is bad; which, and what was received.
        """
        dtype = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
        descriptor = descriptor_from_functions(
            functions, elements, cutoff_function, trainable_functions, name="descriptor", dtype=dtype
        )
        options = scaling if isinstance(scaling, dict) else {"method": scaling}
        scaling = FeatureScaling(len(elements), descriptor.n_features, name="feature_scaling", dtype=dtype, **options)
        network = AtomicNetwork(
            elements,
            descriptor.n_features,
            hidden,
            activation,
            seed,
            feature_columns,
            dropout,
            name="atomic_network",
            dtype=dtype,
        )
        return cls(descriptor, network, scaling, provenance, core=core_from(core, elements))

    def build(self, input_shape=None):
        # By a call on an atom without neighbors: then layers of a user, too, have all the weights that files hold.
        species = ops.zeros((1,), "int32")
        features = self.descriptor(ops.zeros((1, 1, 3), self.compute_dtype), species[:, None] - 1)
        self.atom_sum(self.atomic_energies(features, species), species, species, n_structures=1)
        if self.core is not None:
            self.core.build()
        self.built = True

    def _check_dtypes(self):
        for layer in (self.descriptor, self.feature_scaling, self.atomic_network):
            if layer.compute_dtype != self.compute_dtype:
                raise ValueError(
                    f"Layers and potential must have one dtype. Received: {layer.name} in {layer.compute_dtype}, "
                    f"the potential in {self.compute_dtype}"
                )
        if self.compute_dtype not in ("float32", "float64"):
            raise ValueError(f"`dtype` must be float32 or float64. Received: {self.compute_dtype}")

    def _check_core(self):
        if self.core is None:
            return
        if len(self.core.numbers) != len(self.elements):
            raise ValueError(f"The core must be of {self.elements}. Received: that of {self.core.numbers}")
        if self.core.cutoff > self.cutoff:
            raise ValueError(f"A core must end within the cutoff, {self.cutoff:g} A. Received: {self.core.cutoff:g} A")

    @property
    def functions(self):
        """The functions of the descriptor, one for each feature, with the parameters as they now are."""
        return self.descriptor.functions

    @property
    def cutoff(self):
        """The largest cutoff radius, in A."""
        return self.descriptor.cutoff

    def feature_range(self, element):
        """The smallest and largest value (F,) of each feature over the atoms of `element` in the data of `adapt`.

        Minus and plus infinity if there were none, and for features that the element's network does not take.
        """
        index, scaling = self.elements.index(element), self.feature_scaling
        columns = (getattr(self.atomic_network, "feature_columns", None) or {}).get(element, slice(None))
        limits = np.full((2, scaling.n_features), [[-np.inf], [np.inf]])
        if np.asarray(scaling.count)[index]:
            for limit, table in zip(limits, (scaling.minimum, scaling.maximum), strict=True):
                limit[columns] = np.asarray(table)[index, columns]
        return tuple(limits)

    def dataset(self, structures, batch_size=32, labels=("energy_per_atom",), shuffle=False, seed=0):
        """A `StructureDataset` of this potential's elements and cutoff, for `fit` and `evaluate`."""
        return StructureDataset(
            structures,
            self.elements,
            self.cutoff,
            batch_size=batch_size,
            labels=labels,
            shuffle=shuffle,
            seed=seed,
            triplets=self.descriptor.needs_triplets,
        )

    @property
    def is_adapted(self):
        """Whether `adapt` has seen data, or the potential was read from a file that knows the scaling."""
        return bool(np.any(np.asarray(self.feature_scaling.count)))

    def adapt(self, structures, features=None):
        """Sets feature scaling, energy shifts and energy scale from labelled training structures.

        The shift of each element is fitted to the total energies, but for a core's, by least squares; the scale is the
        deviation of what remains, per atom.

        Args:
            structures: List of `ase.Atoms` with energies.
            features: Their unscaled features (N, F), a row for each atom, if they have been evaluated before.

        Raises:
            ValueError: if a structure has no energy or an unknown element.
        """
        energies = labels(structures, ("energy",))["energy"]
        if self.core is not None:
            energies = energies - self.evaluator.core_energy(structures)
        features = self.engines.features(self.evaluator.pairs(structures)) if features is None else features
        species = [self.elements.index(symbol) for atoms in structures for symbol in atoms.get_chemical_symbols()]
        self.feature_scaling.adapt(features, np.array(species))
        counts = np.array([[atoms.get_chemical_symbols().count(e) for e in self.elements] for atoms in structures])
        shifts = np.linalg.lstsq(counts.astype("float64"), energies, rcond=None)[0]
        residual = (energies - counts @ shifts) / counts.sum(axis=1)
        self.atom_sum.shifts.assign(shifts)
        self.atom_sum.scale.assign(max(float(np.std(residual)), SMALLEST_SCALE))

    def atomic_energies(self, features, species, rows=None, training=False):
        """What the networks make of unscaled features (N, F): (N,) float64, inputs of `AtomSum`."""
        # Forces by statistics of a batch would depend on its other structures: with derivatives the moving ones count.
        of_batch = training and not set(DERIVATIVES) & set(self.outputs_wanted)
        scaled = self.feature_scaling(features, species, training=of_batch)
        return ops.cast(self.atomic_network(scaled, species, rows=rows, training=training), "float64")

    def interaction_energies(self, features, species):
        """Energies (N,) of the networks, eV, float64, of unscaled features (N, F): without shifts and core."""
        return self.atom_sum.scale * self.atomic_energies(features, species)

    def call(self, inputs, training=False):
        if not set(DERIVATIVES) & set(self.outputs_wanted):
            if "features" in inputs:
                return self._energies(inputs, inputs["features"], inputs.get("core_energies"), training)[1]
            displacements = geometry.displacements(inputs["positions"], inputs["neighbors"], inputs["shifts"])
            return self._energies(inputs, *self._features_and_core(inputs, displacements), training)[1]
        if "feature_projections" in inputs:
            return self._outputs_of_projections(inputs, training)
        if "feature_gradients" in inputs:
            return self._outputs_of_gradients(inputs, training)
        displacements = geometry.displacements(inputs["positions"], inputs["neighbors"], inputs["shifts"])
        (_, outputs), gradient = value_and_gradient(
            lambda d: self._energies(inputs, *self._features_and_core(inputs, d), training), displacements
        )
        gradient = ops.cast(gradient, displacements.dtype)
        forces = geometry.forces(gradient, inputs["neighbors"])
        return {**outputs, "forces": forces, "stress": _stress(geometry.virials(gradient, displacements), inputs)}

    def _features_and_core(self, inputs, displacements):
        neighbor_species = geometry.neighbor_species(inputs["species"], inputs["neighbors"])
        features = self.descriptor(displacements, neighbor_species, inputs.get("triplets"))
        core = None if self.core is None else self.core(displacements, inputs["species"], neighbor_species)
        return features, core

    def _energies(self, inputs, features, core, training):
        """Energies (N,) counted from the shifts, which are differentiated, and those that `call` returns, float64."""
        species, n_atoms = inputs["species"], inputs["n_atoms"]
        atomic = self.atomic_energies(features, species, inputs["rows"], training)
        energy = self.atom_sum.interaction_energy(atomic, species, inputs["structure"], ops.shape(n_atoms)[0])
        interaction = self.atom_sum.scale * atomic
        if core is not None:
            energy = energy + geometry.structure_sums(core, inputs["structure"], ops.shape(n_atoms)[0])
            interaction = interaction + core
        energy = energy + self.reference_energies(inputs)
        energies = interaction + self.atom_sum.reference_energies(species)
        return interaction, {"energy": energy, "energy_per_atom": energy / n_atoms, "energies": energies}

    def _outputs_and_slopes(self, inputs, training):
        """Outputs, and the gradient (N, F) of the energy with respect to the features at hand."""
        (_, outputs), slopes = value_and_gradient(
            lambda features: self._energies(inputs, features, inputs.get("core_energies"), training), inputs["features"]
        )
        return outputs, ops.cast(slopes, self.compute_dtype)

    def _outputs_of_gradients(self, inputs, training):
        outputs, slopes = self._outputs_and_slopes(inputs, training)
        gradient = ops.einsum("nmdf,nf->nmd", inputs["feature_gradients"], slopes)
        gradient = ops.cast(gradient, "float64") + inputs.get("core_gradients", 0.0)
        outputs |= {"forces": geometry.forces(gradient, inputs["neighbors"])}
        if "feature_virials" in inputs:
            virials = ops.einsum("ndef,nf->nde", inputs["feature_virials"], slopes)
            virials = ops.cast(virials, "float64") + inputs.get("core_virials", 0.0)
            outputs |= {"stress": _stress(virials, inputs)}
        return outputs

    def _outputs_of_projections(self, inputs, training):
        outputs, slopes = self._outputs_and_slopes(inputs, training)
        rates = ops.einsum("nf,nkf->nk", slopes, inputs["feature_projections"])
        if "core_projections" in inputs:
            rates = ops.cast(rates, "float64") + inputs["core_projections"]
        n_structures = ops.shape(inputs["n_atoms"])[0]
        return {**outputs, "projected_forces": -geometry.structure_sums(rates, inputs["structure"], n_structures)}

    def predict(self, x, **kwargs):
        """Energies and forces in the order given.

        Args:
            x: List of `ase.Atoms`; or whatever `keras.Model.predict` takes, to which it is then left.

        Returns:
            Dict of `energy` (S,) in eV; `energies` (n,) in eV and `forces` (n, 3) in eV/A, lists of arrays; and
            `stress` (S, 3, 3) in eV/A^3.
        """
        if not (isinstance(x, list) and all(isinstance(atoms, ase.Atoms) for atoms in x)):
            return super().predict(x, **kwargs)
        results = self.evaluate_atoms(x)
        joined = {name: np.array([result[name] for result in results]) for name in ("energy", "stress")}
        return joined | {name: [result[name] for result in results] for name in ("energies", "forces")}

    @property
    def evaluator(self):
        """The compiled evaluation of structures, see `PotentialEvaluator`."""
        if self._evaluator is None:
            self._evaluator = PotentialEvaluator(self)
        return self._evaluator

    def evaluate_atoms(self, structures, engine="auto"):
        """Energies, forces and stress of structures of any size, periodic or not.

        Args:
            structures: `ase.Atoms`, or a list of them.
            engine: "native" for C++, which g++ compiles at the first use on a machine, in float64 whatever the dtype of
                the potential; the Keras backend, "tensorflow", for its programs in that dtype; "auto" for the first
                where there is g++ and all layers are those of atomzoo.

        Returns:
            A dict, or a list of dicts, of float64: energy (eV), energies (n,) (eV), forces (n, 3) (eV/A), stress (3, 3)
            (eV/A^3, zero for what is not periodic in three directions), features (n, F), NaN where the network of the
            atom's element does not take one, n_outside, how many of them are outside their range in the training data,
            and interaction_energy (eV): the energy counted from the elements' shifts, whose differences are exact where
            totals are thousands of eV.

        Raises:
            ValueError: a structure that cannot be evaluated; with "native", a potential that C++ cannot evaluate, and
                why.

        Warns:
            RuntimeWarning: once, if g++ is there and fails; "auto" then is the Keras backend.
        """
        if isinstance(structures, ase.Atoms):
            return self.evaluate_atoms([structures], engine)[0]
        return self.engines.evaluate(structures, engine)

    @property
    def engines(self):
        """What evaluates structures, see `Engines`."""
        if self._engines is None:
            self._engines = Engines(self)
        return self._engines

    @property
    def engine(self):
        """The engine that evaluated structures last, "native" or the Keras backend; None before."""
        return self._engines and self._engines.ran

    def get_config(self):
        layers = {"descriptor": self.descriptor, "network": self.atomic_network, "scaling": self.feature_scaling}
        if self.core is not None:
            layers["core"] = self.core
        serialized = {name: keras.saving.serialize_keras_object(layer) for name, layer in layers.items()}
        for layer in serialized.values():  # `build` of the potential builds them, those of a user without a build() too
            layer.pop("build_config", None)
        return {**super().get_config(), **serialized, "provenance": self.provenance}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        if is_old(config):
            return potential_from_old_config(cls, config)
        names = ("descriptor", "network", "scaling", "core")  # the last in files of potentials that have one
        layers = {name: keras.saving.deserialize_keras_object(config[name]) for name in names if name in config}
        return cls(**layers, provenance=config["provenance"], name=config["name"])

    @classmethod
    def from_preset(cls, name, dtype=None):
        """A potential that comes with atomzoo, by its name; `atomzoo list` prints them.

        Args:
            name: str.
            dtype: see `load_keras`.

        Raises:
            ValueError: no such potential, and which there are.

        Example:

        >>> from atomzoo import NeuralNetworkPotential
        >>> NeuralNetworkPotential.from_preset("tio2-bulk").elements
        ['O', 'Ti']
        """
        from atomzoo.models.potential.saving import load_keras  # which needs this class

        return load_keras(preset_file(name), dtype)


def _stress(virials, inputs):
    return geometry.stress(virials, *(inputs[name] for name in ("structure", "volume", "periodic")))
