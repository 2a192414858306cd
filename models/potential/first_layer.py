"""The first layer of an element's network, in the form that other programs' files have."""

import numpy as np


def folded_first_layer(potential, index):
    """What an element's first layer takes, with everything but an offset and a factor of each function in its weights.

    Args:
        potential: `NeuralNetworkPotential`.
        index: Int, number of the element.

    Returns:
        columns: List of the numbers of the functions that it takes, n.
        offset, factor, kernel, bias: Arrays (n,), (n,), (n, H), (H,), float64: the layer sees (G - offset) * factor.
    """
    scaling, network = potential.feature_scaling, potential.atomic_network
    given = (network.feature_columns or {}).get(potential.elements[index], range(scaling.n_features))
    dense = network.stacks[index][0]
    kernel = np.zeros((scaling.n_features, dense.filters))
    kernel[list(given)] = np.asarray(dense.kernel)[0]
    offset, factor, kernel, bias = scaling.folded(index, kernel, np.asarray(dense.bias))
    # Principal components of a few functions may be made of others too.
    others = [int(column) for column in np.flatnonzero(kernel.any(axis=1)) if column not in given]
    columns = [*given, *others]
    return columns, offset[columns], factor[columns], kernel[columns], bias
