"""n2p2's energy of a cluster by plain loops over its files, and folders of files to try it on."""

import math
from itertools import combinations
from pathlib import Path

import ase
import numpy as np

from atomzoo.datasets.arrays.batch import to_arrays

NUMBERS = {"O": 8, "Ti": 22}
CUTOFFS = {
    1: lambda x: 0.5 * (math.cos(math.pi * x) + 1),
    5: lambda x: (2 * x - 3) * x**2 + 1,
    6: lambda x: ((15 - 6 * x) * x - 10) * x**3 + 1,
    7: lambda x: (x * (x * (20 * x - 70) + 84) - 35) * x**4 + 1,
    8: lambda x: (x * (x * ((315 - 70 * x) * x - 540) + 420) - 126) * x**5 + 1,
}
ACTIVATIONS = {
    "l": lambda x: x,
    "t": np.tanh,
    "s": lambda x: 1 / (1 + np.exp(-x)),
    "p": lambda x: np.log(1 + np.exp(x)),
    "r": lambda x: np.maximum(x, 0),
    "g": lambda x: np.exp(-0.5 * x * x),
    "c": np.cos,
    "S": lambda x: 1 - 1 / (1 + np.exp(-x)),
    "e": lambda x: np.exp(-x),
    "h": lambda x: x * x,
}
# Neither the elements nor the functions in n2p2's order.
INPUT = """
number_of_elements 2
elements Ti O
cutoff_type 6 0.0
scale_symmetry_functions
scale_min_short -0.5
scale_max_short 1.5
global_hidden_layers_short 2
global_nodes_short 4 3
global_activation_short t p l
mean_energy -0.7
conv_energy 1.3
conv_length 2.5
atom_energy Ti -1.5
atom_energy O 0.25
symfunction_short Ti 9 Ti O 0.02 -1 4.0 5.0 0.3
symfunction_short Ti 2 O 0.4 1.0 5.0
symfunction_short Ti 2 O 0.4 0.5 4.5
symfunction_short Ti 2 Ti 0.1 0.5 4.5
symfunction_short Ti 3 O O 0.01 1 2.5 5.0
symfunction_short O 2 O 0.4 1.0 5.0
symfunction_short O 3 Ti O 0.01 -1 1 5.0 0.2
symfunction_short O 3 O Ti 0.01 1 1 5.0 0.2
symfunction_short O 9 Ti Ti 0.01 1 2.0 5.0
"""
CLUSTER = ase.Atoms(
    "TiOOTiO",
    positions=[[0, 0, 0], [1.9, 0.1, 0], [-0.3, 2.0, 0.2], [0.4, 0.3, 2.9], [2.1, 2.2, 1.5]],
)


def make_folder(folder, changes=(), n_weights=None, seed=0):
    """Writes a folder with random statistics and weights.

    Args:
        changes: pairs of texts: the first is replaced by the second in `INPUT`.
        n_weights: number of weights of O and of Ti, unless they are 4 3 1.
    """
    text = INPUT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder, rng = Path(folder), np.random.default_rng(seed)
    folder.mkdir(exist_ok=True)
    (folder / "input.nn").write_text(text)
    lines = [
        f"{element} {k} {low} {low + width} {low + 0.4 * width} {0.3 * width}"
        for element, n in ((1, 4), (2, 5))
        for k, (low, width) in enumerate(rng.uniform([0, 0.5], [0.2, 2], size=(n, 2)), start=1)
    ]
    (folder / "scaling.data").write_text("# comment\n" + "\n".join(lines) + "\n")
    for number, n in zip(NUMBERS.values(), n_weights or (39, 43), strict=True):
        values = rng.normal(size=n)
        (folder / f"weights.{number:03d}.data").write_text("\n".join(f"{value:24.16E}" for value in values.tolist()))
    return folder


def energy_of(potential, atoms):
    """The energy of a potential without compilation, which takes longer than the tests."""
    arrays = to_arrays([atoms], potential.elements, potential.cutoff, potential.descriptor.needs_triplets)
    return float(potential(arrays)["energy"][0])


def energy(folder, atoms, widths=None):
    """n2p2's energy of a cluster. `widths` of the hidden layers by element, unless they are those of all."""
    settings = _settings(folder)
    statistics = np.loadtxt(folder / "scaling.data")
    widths = widths or dict.fromkeys(NUMBERS, [int(word) for word in settings["global_nodes_short"][0]])
    conversion = float(settings["conv_energy"][0][0])
    offsets = {words[0]: float(words[1]) for words in settings["atom_energy"]}
    total = 0.0
    for i, symbol in enumerate(atoms.symbols):
        functions = _functions(settings, symbol)
        features = np.array([_feature(settings, function, atoms, i) for function in functions])
        table = statistics[statistics[:, 0] == 1 + list(NUMBERS).index(symbol)]
        output = _network(settings, folder, symbol, _scaled(settings, features, table), widths[symbol])
        total += output / conversion + float(settings["mean_energy"][0][0]) + offsets[symbol]
    return total


def _settings(folder):
    settings = {}
    for line in (folder / "input.nn").read_text().splitlines():
        if words := line.split("#")[0].split():
            settings.setdefault(words[0], []).append(words[1:])
    return settings


def _functions(settings, center):
    """[type, rc, eta, rs, zeta, lambda, e1, e2] of each function, in n2p2's order; zeta and lambda are 0 for type 2."""
    functions = []
    for element, kind, *words in settings["symfunction_short"]:
        if element != center:
            continue
        n = 1 if kind == "2" else 2
        e, x = sorted(list(NUMBERS).index(word) for word in words[:n]), [float(word) for word in words[n:]]
        if kind == "2":
            functions.append([2, x[2], x[0], x[1], 0, 0, *e])
        else:
            functions.append([int(kind), x[3], x[0], x[4] if len(x) > 4 else 0.0, x[2], x[1], *e])
    return sorted(functions)


def _feature(settings, function, atoms, i):
    kind, rc, eta, rs, zeta, lambda_, *elements = function
    vectors = {j: atoms.positions[j] - atoms.positions[i] for j in range(len(atoms)) if j != i}
    species = [list(NUMBERS).index(symbol) for symbol in atoms.symbols]

    def factor(r):
        return math.exp(-eta * (r - rs) ** 2) * _cutoff(settings, r, rc)

    r = {j: np.linalg.norm(vector) for j, vector in vectors.items()}
    if kind == 2:
        return sum(factor(r[j]) for j in r if species[j] == elements[0])
    total = 0.0
    for j, k in combinations(r, 2):
        if sorted((species[j], species[k])) == elements:
            angular = (1 + lambda_ * vectors[j] @ vectors[k] / r[j] / r[k]) ** zeta
            narrow = factor(np.linalg.norm(vectors[j] - vectors[k])) if kind == 3 else 1.0
            total += 2 ** (1 - zeta) * angular * factor(r[j]) * factor(r[k]) * narrow
    return total


def _cutoff(settings, r, rc):
    kind, alpha = int(settings["cutoff_type"][0][0]), float([*settings["cutoff_type"][0], "0"][1])
    if r >= rc:
        return 0.0
    if kind in (2, 3):
        return math.tanh(1 - r / rc) ** 3 / (math.tanh(1) ** 3 if kind == 3 else 1)
    return 1.0 if r < alpha * rc else CUTOFFS[kind]((r - alpha * rc) / (rc - alpha * rc))


def _scaled(settings, features, table):
    low, high, mean, sigma = table[:, 2:].T
    smin, smax = float(settings["scale_min_short"][0][0]), float(settings["scale_max_short"][0][0])
    scale, center = ("scale_symmetry_functions" in settings, "center_symmetry_functions" in settings)
    if scale or center:
        centered = features - (mean if center else low)
        return smin + (smax - smin) * centered / (high - low) if scale else centered
    if "scale_symmetry_functions_sigma" in settings:
        return smin + (smax - smin) * (features - mean) / sigma
    return features


def _network(settings, folder, symbol, values, widths):
    lines = (folder / f"weights.{NUMBERS[symbol]:03d}.data").read_text().splitlines()
    weights = [float(line.split()[0]) for line in lines if not line.startswith("#")]
    letters = settings["global_activation_short"][0]
    for words in settings.get("element_activation_short", []):
        letters = words[1:] if words[0] == symbol else letters
    start = 0
    for width, letter in zip([*widths, 1], letters, strict=True):
        sums = np.zeros(width)
        for value in values:
            sums += value * np.array(weights[start : start + width])
            start += width
        sums += weights[start : start + width]
        start += width
        values = ACTIVATIONS[letter](sums / len(values) if "normalize_nodes" in settings else sums)
    assert start == len(weights)
    return values[0]
