"""The tables `scaling.data` and `weights.ZZZ.data`."""

import numpy as np
from ase.data import atomic_numbers

from atomzoo.datasets.io.words import named, read_rows, shortened, to_integer, to_number


def read_scaling(path, n_functions, method):
    """Reads the statistics of all functions.

    Args:
        path: the file `scaling.data`.
        n_functions: list of the number of functions of each element, in n2p2's order.
        method: of `FeatureScaling`; what it divides by must not be zero.

    Returns:
        List of arrays (n, 4), one for each element: minimum, maximum, mean and standard deviation; that is 0 where the
        file, of an older version, has none and the method does not use it.

    Raises:
        ValueError: what cannot be read, naming file and line.
        OSError: the file cannot be opened.
    """
    expected = [(e, k) for e, n in enumerate(n_functions, start=1) for k in range(1, n + 1)]
    rows = list(read_rows(path))
    if len(rows) == len(expected) + 1 and len(rows[-1][1]) == 2:
        rows.pop()  # RuNNer adds the range of the energies
    if len(rows) != len(expected):
        raise ValueError(f"'{path}': {len(expected)} functions are expected. Received: {len(rows)} lines")
    values = []
    for place, (number, words) in zip(expected, rows, strict=True):
        with named(f"'{path}', line {number}"):
            values.append(_statistics(words, place, method))
    return np.split(np.array(values).reshape(-1, 4), np.cumsum(n_functions)[:-1])


def _statistics(words, place, method):
    if len(words) not in (5, 6):
        raise ValueError(f"expected element, function, min, max, mean, sigma. Received: {shortened(' '.join(words))}")
    if (to_integer(words[0]), to_integer(words[1])) != place:
        raise ValueError(f"expected element {place[0]}, function {place[1]}. Received: {words[0]} {words[1]}")
    low, high, mean, sigma = (to_number(word) for word in [*words[2:], "0"][:4])
    if low > high or sigma < 0:
        raise ValueError(f"max must not be below min, nor sigma negative. Received: {shortened(' '.join(words))}")
    if (method == "z-score" and not sigma) or (method.startswith("min-max") and low == high):
        divisor = "sigma" if method == "z-score" else "max - min"
        raise ValueError(f"{divisor} must not be 0, features are divided by it. Received: {shortened(' '.join(words))}")
    return low, high, mean, sigma


def format_scaling(statistics):
    """The text of `scaling.data` from a list of arrays (n, 4), one for each element."""
    lines = ["# Symmetry functions over the training data.", "# element function min max mean sigma"]
    for element, table in enumerate(statistics, start=1):
        for function, row in enumerate(table.tolist(), start=1):
            lines.append(f"{element:10d} {function:10d} " + " ".join(f"{value:24.16E}" for value in row))
    return "\n".join(lines) + "\n"


def weights_file(element):
    """The name of the file of an element's weights."""
    return f"weights.{atomic_numbers[element]:03d}.data"


def find_weights(folder, element):
    """The file of an element's weights.

    Raises:
        FileNotFoundError: naming it; and files in the folder that may be it under the names that RuNNer and nnp-train
            give to the weights that they fitted.
    """
    path = folder / weights_file(element)
    if path.exists():
        return path
    number = f"{atomic_numbers[element]:03d}"
    patterns = (f"optweights.{number}.out", f"weights.{number}.*.out", f"*.short.{number}.out")
    others = [other.name for pattern in patterns for other in sorted(folder.glob(pattern))]
    hint = f"rename {others[0]} to it" if others else f"RuNNer's optweights.{number}.out would have to be renamed to it"
    raise FileNotFoundError(f"there is no file '{path}' of the weights of {element}; {hint}")


def read_weights(path, n_inputs, widths):
    """Reads the weights of one element.

    Args:
        path: the file.
        n_inputs: number of symmetry functions.
        widths: list of the possible widths of the hidden layers, tuples.

    Returns:
        Widths of the hidden layers, and a list of (kernel (n_in, n_out), bias (n_out,)), one for each layer.

    Raises:
        ValueError: what cannot be read, naming file and line; or weights that are not those of any of `widths`.
        OSError: the file cannot be opened.
    """
    rows = list(read_rows(path))
    counts = {hidden: _n_connections((n_inputs, *hidden, 1)) for hidden in widths}
    matching = [hidden for hidden, count in counts.items() if count == len(rows)]
    if not matching:
        expected = " or ".join(str(count) for count in counts.values())
        raise ValueError(f"'{path}': {expected} weights are expected. Received: {len(rows)}")
    values = []
    for index, (number, words) in enumerate(rows):
        with named(f"'{path}', line {number}"):
            values.append(to_number(words[0]))
            matching = [hidden for hidden in matching if _fits(words[1:], index, (n_inputs, *hidden, 1))]
            if not matching:
                raise ValueError(f"out of order. Received: {shortened(' '.join(words))}")
    if len(matching) > 1:
        raise ValueError(f"'{path}': it fits networks of several widths. Received: {matching}")
    return matching[0], _layers(np.array(values), (n_inputs, *matching[0], 1))


def _n_connections(nodes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(nodes, nodes[1:], strict=False))


def _fits(words, index, nodes):
    """Whether the columns behind a value are those of connection number `index`; a value alone always fits."""
    return not words or words == _place(index, nodes)


def _place(index, nodes):
    """The columns behind value number `index`."""
    start = 0
    for layer, (n_in, n_out) in enumerate(zip(nodes, nodes[1:], strict=False), start=1):
        k = index - start
        if k < n_in * n_out:
            return ["a", *map(str, (index + 1, layer - 1, k // n_out + 1, layer, k % n_out + 1))]
        if k < (n_in + 1) * n_out:
            return ["b", *map(str, (index + 1, layer, k - n_in * n_out + 1))]
        start += (n_in + 1) * n_out
    return None


def _layers(values, nodes):
    layers, start = [], 0
    for n_in, n_out in zip(nodes, nodes[1:], strict=False):
        block = values[start : start + (n_in + 1) * n_out].reshape(n_in + 1, n_out)
        layers.append((block[:-1], block[-1]))
        start += block.size
    return layers


def format_weights(layers):
    """The text of a file of weights, from a list of (kernel, bias)."""
    nodes = [len(layers[0][0]), *(len(bias) for _, bias in layers)]
    values = np.concatenate([np.vstack([kernel, bias]).ravel() for kernel, bias in layers])
    lines = ["# value, a (weight) or b (bias), number; layer and node from, layer and node to, or layer and node"]
    for index, value in enumerate(values.tolist()):
        lines.append(f"{value:24.16E} " + " ".join(_place(index, nodes)))
    return "\n".join(lines) + "\n"
