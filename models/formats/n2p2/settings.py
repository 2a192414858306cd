"""What `input.nn` says, checked: elements, functions, cutoff, scaling, networks and energies."""

from dataclasses import dataclass

from ase.data import atomic_numbers

from atomzoo.datasets.io.words import named, shortened, to_element, to_integer, to_number
from atomzoo.layers import CosineCutoff, PolynomialCutoff, TanhCutoff
from atomzoo.models.formats.n2p2.functions import parse_function, sort_key
from atomzoo.models.formats.n2p2.keywords import numbered, read_keywords
from atomzoo.models.formats.n2p2.networks import read_networks

CUTOFF_TYPES = {
    1: lambda alpha: CosineCutoff(inner_fraction=alpha),
    2: lambda alpha: TanhCutoff(),  # n2p2 too leaves alpha aside here
    3: lambda alpha: TanhCutoff(normalized=True),
    5: lambda alpha: PolynomialCutoff(order=1, inner_fraction=alpha),
    6: lambda alpha: PolynomialCutoff(order=2, inner_fraction=alpha),
    7: lambda alpha: PolynomialCutoff(order=3, inner_fraction=alpha),
    8: lambda alpha: PolynomialCutoff(order=4, inner_fraction=alpha),
}
RANGE = {"scale_min_short": "0", "scale_max_short": "1"}  # and what they are where they are not given
SHORT_RANGE = {"nnp_type": ("2G-HDNNP", "2G", "2", "0"), "nn_type_short": ("1",)}  # 0 in n2p2 2.1; 1 in RuNNer


@dataclass(frozen=True)
class Settings:
    """The content of an `input.nn`, in its own units.

    Attributes:
        elements: chemical symbols by atomic number.
        functions: dict from central element to its `SymmetryFunction`s, in the order of the file.
        cutoff_function: cutoff layer.
        scaling: arguments of `FeatureScaling`.
        widths: dict from element to the possible widths of its hidden layers: list of tuples, see `read_networks`.
        activations: dict from element to the names of the activations of its layers, the output's included.
        normalize_nodes: whether weighted sums are divided by the number of nodes they come from.
        scale: of the networks' energies.
        shifts: dict from element to the energy of an atom that is not the network's.
    """

    elements: list
    functions: dict
    cutoff_function: object
    scaling: dict
    widths: dict
    activations: dict
    normalize_nodes: bool
    scale: float
    shifts: dict

    def sorted_functions(self, element):
        """The functions of a central element in n2p2's order."""
        return sorted(self.functions[element], key=lambda function: sort_key(function, self.elements))


def read_settings(path):
    """Reads an `input.nn`.

    Raises:
        ValueError: what cannot be read, naming file and line or keyword.
        OSError: the file cannot be opened.
    """
    keywords = read_keywords(path)
    with named(f"'{path}'", ", "):
        elements = _elements(keywords)
        _check_type(keywords)
        with keywords.named("cutoff_type"):
            cutoff_function = _cutoff_function(*keywords.required("cutoff_type"))
        functions = _functions(keywords, elements)
        with keywords.named("scale_max_short"):
            scaling = _scaling(keywords)
        widths, activations = read_networks(keywords, elements)
        scale, shifts = _energies(keywords, elements)
    normalize_nodes = "normalize_nodes" in keywords.single
    return Settings(elements, functions, cutoff_function, scaling, widths, activations, normalize_nodes, scale, shifts)


def _elements(keywords):
    with keywords.named("elements"):
        symbols = [to_element(word) for word in keywords.required("elements")]
        if len(set(symbols)) != len(symbols):
            raise ValueError(f"an element is given twice. Received: {' '.join(symbols)}")
    with keywords.named("number_of_elements"):
        if to_integer(keywords.required("number_of_elements")[0]) != len(symbols):
            raise ValueError(f"there are {len(symbols)} elements. Received: {keywords.single['number_of_elements'][0]}")
    return sorted(symbols, key=atomic_numbers.get)


def _check_type(keywords):
    for keyword, known in SHORT_RANGE.items():
        (kind,) = keywords.single.get(keyword, known[:1])
        with keywords.named(keyword):
            if kind not in known:
                raise ValueError(f"only short-range potentials (2G-HDNNP) can be read. Received: {shortened(kind)}")


def _cutoff_function(kind, alpha="0"):
    if to_integer(kind) not in CUTOFF_TYPES:
        raise ValueError(f"the type must be one of {', '.join(map(str, CUTOFF_TYPES))}. Received: {shortened(kind)}")
    return CUTOFF_TYPES[int(kind)](to_number(alpha))


def _functions(keywords, elements):
    functions = {element: [] for element in elements}
    for number, words in keywords.repeated["symfunction_short"]:
        with numbered(number, "symfunction_short"):
            center, function = parse_function(words, elements)
        functions[center].append(function)
    for element, its_own in functions.items():
        if not its_own:
            raise ValueError(f"symfunction_short: there is none for the element {element}")
    return functions


def _scaling(keywords):
    given = keywords.single
    if "scale_symmetry_functions" in given:
        method = "min-max-centered" if "center_symmetry_functions" in given else "min-max"
    elif "center_symmetry_functions" in given:
        method = "centered"
    else:
        method = "z-score" if "scale_symmetry_functions_sigma" in given else "none"
    low, high = (to_number(given.get(keyword, [default])[0]) for keyword, default in RANGE.items())
    if method in ("centered", "none"):
        return {"method": method, "tolerance": None}
    if low >= high:
        raise ValueError(f"it must be above scale_min_short. Received: scale_min_short {low}, scale_max_short {high}")
    return {"method": method, "output_range": (low, high), "tolerance": None}


def _energies(keywords, elements):
    """E = sum over atoms of (network / conv_energy + mean_energy + atom_energy of the element)."""
    names = ("mean_energy", "conv_energy", "conv_length")
    given = [name for name in names if name in keywords.single]
    if given and len(given) < len(names):
        raise ValueError(f"{', '.join(names)} belong together. Received: only {', '.join(given)}")
    mean, conversion, length = (to_number(keywords.single[name][0]) for name in names) if given else (0.0, 1.0, 1.0)
    scale = 1.0 / conversion if conversion > 0 else 0.0
    if not (0 < scale < float("inf") and length > 0):
        raise ValueError(f"conv_energy and conv_length must be positive. Received: {conversion}, {length}")
    shifts = dict.fromkeys(elements, mean)
    for number, (element, energy) in keywords.repeated["atom_energy"]:
        with numbered(number, "atom_energy"):
            shifts[to_element(element, elements)] = mean + to_number(energy)
    return scale, shifts
