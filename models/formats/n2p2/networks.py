"""The networks that `input.nn` describes: for all elements, and for single ones."""

from atomzoo.datasets.io.words import named, shortened, to_element, to_integer
from atomzoo.models.formats.n2p2.keywords import numbered

ACTIVATIONS = {
    "l": "linear",
    "t": "tanh",
    "s": "sigmoid",
    "p": "softplus",
    "r": "relu",
    "g": "gaussian",
    "c": "cosine",
    "S": "reverse_sigmoid",
    "e": "decay",
    "h": "harmonic",
}


def read_networks(keywords, elements):
    """The networks of the elements.

    Up to version 2.1, and in RuNNer, `element_nodes_short` is an element, a layer and its width; from 2.2 on, an
    element and the widths of all its hidden layers, of which 2.2 leaves the last aside. Which is meant, the number of
    weights decides.

    Args:
        keywords: `Keywords`.
        elements: chemical symbols by atomic number.

    Returns:
        Dict from element to the possible widths of its hidden layers, a list of tuples; and dict from element to the
        names of the activations of its layers, the output's included.

    Raises:
        ValueError: what is missing or contradicts itself.
    """
    by_element = {}
    for keyword in ("element_hidden_layers_short", "element_nodes_short", "element_activation_short"):
        by_element[keyword] = {element: [] for element in elements}
        for number, (element, *words) in keywords.repeated[keyword]:
            with numbered(number, keyword):
                by_element[keyword][to_element(element, elements)].append(words)
    global_depth, global_widths, global_letters = _global_network(keywords)
    widths, activations = {}, {}
    for element in elements:
        with named(f"network of {element}"):
            own = {keyword: values[element] for keyword, values in by_element.items()}
            depths = [to_integer(words[0]) for words in own["element_hidden_layers_short"]] or [global_depth]
            if len(depths) > 1:
                raise ValueError("element_hidden_layers_short is given twice")
            default = global_widths if depths[0] == global_depth else None
            widths[element] = _widths(depths[0], default, own["element_nodes_short"])
            default = global_letters if depths[0] == global_depth else None
            activations[element] = _activations(depths[0], default, own["element_activation_short"])
    return widths, activations


def _global_network(keywords):
    with keywords.named("global_hidden_layers_short"):
        depth = to_integer(keywords.required("global_hidden_layers_short")[0])
        if not depth:
            raise ValueError("there must be a hidden layer. Received: 0")
    with keywords.named("global_nodes_short"):
        widths = tuple(to_integer(word) for word in keywords.required("global_nodes_short"))
        if len(widths) != depth or 0 in widths:
            raise ValueError(f"expected the widths of {depth} hidden layers. Received: {shortened(str(widths))}")
    with keywords.named("global_activation_short"):
        letters = keywords.required("global_activation_short")
        if len(letters) != depth + 1:
            raise ValueError(f"expected {depth} hidden layers and the output. Received: {shortened(' '.join(letters))}")
        _names(letters)
    return depth, widths, letters


def _widths(depth, default, lines):
    """Widths of an element's hidden layers, for each meaning that `element_nodes_short` may have."""
    lines = [tuple(to_integer(word) for word in words) for words in lines]
    choices = [] if lines or default is None else [default]
    if default is not None and lines and all(len(line) == 2 and 1 <= line[0] <= depth for line in lines):
        one_by_one = list(default)
        for layer, width in lines:
            one_by_one[layer - 1] = width
        choices.append(tuple(one_by_one))
    if len(lines) == 1 and len(lines[0]) == depth:
        choices.append(lines[0])
        choices += [(*lines[0][:-1], default[-1])] if default is not None else []
    choices = [widths for widths in dict.fromkeys(choices) if widths and 0 not in widths]
    if not choices:
        raise ValueError(f"the widths of {depth} hidden layers are needed. Received: {shortened(str(lines))}")
    return choices


def _activations(depth, default, lines):
    if len(lines) > 1 or not (lines or default):
        raise ValueError(f"one line element_activation_short is needed. Received: {len(lines)}")
    letters = lines[0] if lines else default
    if len(letters) != depth + 1:
        received = shortened(" ".join(letters))
        raise ValueError(f"activations of {depth} hidden layers and the output are needed. Received: {received}")
    names = _names(letters)
    if default and letters[-1] != default[-1]:  # n2p2 2.2 takes that of all, whatever the element's is
        raise ValueError(f"its output must have the activation of all, {default[-1]}. Received: {letters[-1]}")
    return names


def _names(letters):
    for letter in letters:
        if letter not in ACTIVATIONS:
            raise ValueError(f"an activation must be one of {' '.join(ACTIVATIONS)}. Received: {shortened(letter)}")
    return [ACTIVATIONS[letter] for letter in letters]
