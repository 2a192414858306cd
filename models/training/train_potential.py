"""A trained potential from labelled structures, in one call."""

import time
from dataclasses import dataclass
from itertools import combinations_with_replacement

import ase
import numpy as np

from atomzoo.datasets.arrays.batch import elements_of
from atomzoo.datasets.arrays.labels import labelled, labels
from atomzoo.datasets.arrays.suspicious import warn_about_suspicious_data
from atomzoo.datasets.io.output_files import check_output
from atomzoo.datasets.splits import split_structures
from atomzoo.layers import descriptor_from_functions
from atomzoo.models.potential.cores import core_from
from atomzoo.models.potential.function_sets import load_function_set
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.potential.saving import in_dtype, save_keras
from atomzoo.models.selection.functions_from_data import functions_from_data
from atomzoo.models.training.fit import check_limits, check_options, fit
from atomzoo.models.training.losses import fitted_labels
from atomzoo.models.training.recipe import AUTO, Recipe, choose_recipe
from atomzoo.models.training.references import chosen_references, isolated_energies, set_references
from atomzoo.models.training.trained_functions import FollowingScaling


@dataclass(frozen=True)
class Training:
    """What `train_potential` made.

    Args:
        potential: the trained `NeuralNetworkPotential`.
        history: dict of lists, one value an epoch, see `fit`.
        train: the structures it was trained on.
        validation: the structures held out.
        recipe: the `Recipe` of the training.
    """

    potential: NeuralNetworkPotential
    history: dict[str, list[float]]
    train: list[ase.Atoms]
    validation: list[ase.Atoms]
    recipe: Recipe


def train_potential(
    structures,
    functions=None,
    hidden=None,
    forces=AUTO,
    stress=AUTO,
    optimizer=None,
    validation=None,
    validation_fraction=0.1,
    reference=None,
    start=None,
    seed=0,
    weight_decay=1e-5,
    dtype=None,
    activation="tanh",
    scaling="min-max",
    cutoff=None,
    cutoff_function="cosine",
    trainable_functions=False,
    core=None,
    output=None,
    callbacks=(),
    tell=None,
    **options,
):
    """Makes a potential for the elements of structures, holds out a part of them, and trains it by `fit` on the rest.

    How it is trained is chosen from the data where it is not given, see `choose_recipe`. The epoch with the smallest
    validation loss is kept.

    Args:
        structures: list of `ase.Atoms` with energies in eV; forces in eV/A and stress in eV/A^3 may be there in some.
            Their info may have weights, see `structure_weights`. Single atoms without neighbors are not fitted.
        functions: list of `SymmetryFunction`, or what `load_function_set` takes; None to choose them from the
            structures, see `functions_from_data`.
        hidden, activation, scaling, cutoff_function, trainable_functions: see `NeuralNetworkPotential.from_functions`.
            The scaling of functions that are trained follows them, see `FollowingScaling`, but not with "lbfgs".
        cutoff: radius in A of functions that are chosen; None to choose it, too.
        core: None, `RepulsiveCore`, or "zbl" for that of `zbl_core`, which ends before the distances in these
            structures and in `validation` begin; a potential to `start` from keeps its own, or has none.
        forces: whether they are fitted, or how, "exact" or "projected", see `fit`; "auto" for what the data have.
        stress: whether it is fitted, or "auto".
        optimizer: "adam", "rmsprop" or "lbfgs", see `fit`; None to choose it.
        validation: list of structures to hold out in place of a part.
        validation_fraction: part of the structures that is held out, see `split_structures`.
        reference: what energies are counted from: "isolated", the energies of single atoms among the structures, or a
            list of structures with these; "fit", by least squares; None for single atoms if there is one of each
            element. It changes the potential's `interaction_energy`, and its energies hardly.
        start: potential of which a copy is trained further, with its functions, networks, scaling and references.
        seed: of the held-out structures, the initial weights and the batches.
        weight_decay: see `fit`; of "lbfgs" only.
        dtype: "float32" or "float64"; None for "float64" with "lbfgs", "float32" otherwise.
        output: `.keras` file for the potential; it appears only when training has ended well.
        callbacks: Keras callbacks.
        tell: function of a line of text, called with the recipe before training.
        **options: others of `fit`, such as `epochs`, `learning_rate`, `batch_size` and `force_weight`; `time_limit`
            counts from the call of this function.

    Returns:
        `Training`: potential, history, and the two parts of the structures.

    Raises:
        ValueError: no structures, a missing label, a bad option, or a loss that became infinite.
        OSError: the output cannot be written; found out before training.

    Warns:
        SuspiciousDataWarning: structures or labels that are probably mistakes, see `find_suspicious_data`.

    Example:
        >>> from atomzoo.datasets import gold_clusters
        >>> structures, _ = gold_clusters.load_data(2)
        >>> training = train_potential(structures, hidden=(5,), epochs=2)
        >>> print(training.recipe)
        L-BFGS, 2 iterations at most, about ...; energies, forces (weight 0.2); network 5; float64
        >>> len(training.history["val_loss"]), len(training.validation)
        (2, 65)
    """
    begin = time.monotonic()
    if output is not None and check_output(output).suffix != ".keras":
        raise ValueError(f"The file of a potential must end in .keras. Received: '{output}'")
    if not structures:
        raise ValueError("No structures are there to train on. Received: structures=[]")
    labels(structures, ("energy",))  # of all structures, so that an error names the place in the whole list
    shape = {"cutoff_function": cutoff_function, "trainable_functions": trainable_functions}
    if start is None:
        elements = elements_of([*structures, *(validation or ())])
        functions = chosen_functions(functions, cutoff, elements, [*structures, *(validation or ())])
        descriptor = descriptor_from_functions(functions, elements, *shape.values())
    else:
        if functions is not None or cutoff is not None:
            raise ValueError(
                "A potential to start from keeps its own functions: neither others nor a cutoff can be given"
            )
        descriptor, hidden = start.descriptor, start.atomic_network.hidden[start.elements[0]]
    structures, energies = isolated_energies(structures, descriptor.cutoff)
    energies |= isolated_energies(reference if isinstance(reference, list) else [], descriptor.cutoff)[1]
    if validation is None:
        train, validation = split_structures(structures, validation_fraction, seed)
    else:
        train, validation = structures, isolated_energies(validation, descriptor.cutoff)[0]
    recipe = _recipe(train, validation, descriptor, hidden, forces, stress, optimizer, dtype, weight_decay, options)
    if start is None:
        references = chosen_references(reference, energies, elements)
        core = core_from(core, elements, [*train, *validation], descriptor.cutoff)
        network = {"activation": activation, "scaling": scaling, "seed": seed, "dtype": recipe.dtype, "core": core}
        potential = NeuralNetworkPotential.from_functions(elements, functions, recipe.hidden, **shape, **network)
    else:
        potential = in_dtype(start, recipe.dtype)  # a copy
    if tell is not None:
        sizes = f"{len(train)} structures to train on, {len(validation)} to validate"
        described = f"{len(potential.functions)} functions within {potential.descriptor.cutoff:g} A"
        tell(f"{sizes}: {described}; {recipe}; {_core_in_words(potential, [*train, *validation])}")
    features = potential.engines.features(potential.evaluator.pairs([*train, *validation]))
    if start is None:
        potential.adapt(train, features[: sum(map(len, train))])
        if references is not None:
            set_references(potential, references)
    if "time_limit" in recipe.options:
        recipe.options["time_limit"] = max(recipe.options["time_limit"] - (time.monotonic() - begin), 1e-3)
    at_once = recipe.optimizer == "lbfgs"
    following = [FollowingScaling(train)] if descriptor.trainable_variables and not at_once else []
    warn_about_suspicious_data(structures)
    history = fit(
        potential,
        train,
        validation,
        recipe.forces,
        recipe.stress,
        optimizer=recipe.optimizer,
        weight_decay=weight_decay if at_once else 0.0,
        seed=seed,
        callbacks=[*following, *callbacks],
        features=features,
        **recipe.options,
    )
    if output is not None:
        save_keras(potential, output)
    return Training(potential, history, train, validation, recipe)


def chosen_functions(functions, cutoff, elements, structures):
    """The list of functions that are given or named, or of those that are chosen from the structures.

    Args:
        functions, cutoff: of `train_potential`.
        elements: chemical symbols.
        structures: list of `ase.Atoms`.

    Raises:
        ValueError: no such functions, or both they and a cutoff are given.
    """
    if functions is None:
        return functions_from_data(structures, cutoff)
    if cutoff is not None:
        raise ValueError(f"Only functions that are chosen from the data take a `cutoff`. Received: cutoff={cutoff}")
    return list(functions) if isinstance(functions, list | tuple) else load_function_set(functions, elements)


def _recipe(train, validation, descriptor, hidden, forces, stress, optimizer, dtype, weight_decay, options):
    """The `Recipe`; raises a ValueError for what `fit` would refuse, before features are evaluated."""
    trainable = bool(descriptor.trainable_variables)
    size = (descriptor.n_features, descriptor.cutoff, trainable, hidden)
    recipe = choose_recipe(train, *size, forces, stress, optimizer, dtype, **options)
    if "patience" not in options and not validation:
        recipe.options.pop("patience", None)
    weights = (recipe.options[name] for name in ("force_weight", "stress_weight"))
    rate, epochs = recipe.options["learning_rate"], recipe.options["epochs"]
    check_options(recipe.optimizer, rate, epochs, weight_decay, *weights)
    check_limits(recipe.options.get("batch_size"), recipe.options.get("time_limit"))
    fitted_labels(recipe.forces, recipe.stress)
    for name, is_fitted in (("forces", recipe.forces), ("stress", recipe.stress)):
        if is_fitted:
            labelled(train, name)
    return recipe


def _core_in_words(potential, structures):
    """The core, and how many structures it acts in."""
    core, symbols = potential.core, potential.elements
    if core is None:
        return "no repulsive core"
    pairs = combinations_with_replacement(range(len(symbols)), 2)
    radii = ", ".join(f"{symbols[a]}-{symbols[b]} {core.outer[a][b]:.2f} A" for a, b in pairs)
    count = np.count_nonzero(potential.evaluator.core_energy(structures))
    return f"repulsive core below {radii}, in {count} of {len(structures)} structures"
