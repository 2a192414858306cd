"""Symmetry-function values kept in memory while a potential is trained."""

from atomzoo.datasets.arrays.structure_dataset import StructureDataset

GRADIENT_LIMIT = 4e9  # bytes


def with_cached_features(potential, dataset):
    """The dataset with `features` in place of the geometry, if features stay fixed and only energies are fitted.

    Anything else is returned as it came.
    """
    if not isinstance(dataset, StructureDataset) or potential.derivatives or _trains_functions(potential):
        return dataset
    if "features" in dataset.buckets[0]["x"]:
        return dataset

    def energy_inputs(x):
        return {"species": x["species"], **potential.evaluator.batch_features(x)}

    return dataset.map_inputs(energy_inputs)


def with_cached_gradients(potential, dataset):
    """The dataset with `features` and `feature_gradients` beside the geometry, if they stay fixed and fit in memory.

    With dG/dD at hand, forces and their derivatives with respect to the network's weights need no symmetry function:
    for small structures that is far faster. The gradients take n_atoms x n_neighbors x 3 x n_features numbers; where
    these are more than 4 GB they are evaluated anew each time instead.
    """
    n_numbers = sum(bucket["x"]["shifts"].size for bucket in dataset.buckets) * len(potential.functions)
    if _trains_functions(potential) or n_numbers * (8 if potential.compute_dtype == "float64" else 4) > GRADIENT_LIMIT:
        return dataset
    return dataset.map_inputs(lambda x: {**x, **potential.evaluator.batch_features(x, gradients=True)})


def _trains_functions(potential):
    return bool(potential.symmetry_functions.trainable_variables)
