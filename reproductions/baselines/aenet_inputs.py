"""The input files of aenet's programs."""

import numpy as np

from atomzoo.datasets.io.xsf import write_xsf
from atomzoo.layers.descriptors.functions import resolve
from atomzoo.models.formats.aenet.exporting import RMIN
from atomzoo.models.formats.aenet.setup import AenetSetup, write_setup

TRAINING_SET = "set.train"
NAMES = {"train": "train", "validation": "test"}  # of the inputs of predict.x


def write_inputs(train, validation, functions, folder, hidden, activation, iterations, method, atom_energies=None):
    """Writes what aenet reads: structures, set-ups, and the inputs of its programs.

    `generate.in` is that of `generate.x`, `fit.in` of `train.x`, `train.in` and `test.in` are two of `predict.x`.

    Args:
        train, validation, functions, folder, hidden, activation, iterations, method: see `run_aenet`.
        atom_energies: dict by element, eV; by default those that fit the training energies best.
    """
    folder.mkdir(parents=True, exist_ok=True)
    elements = elements_in_order(train)
    by_element = functions if isinstance(functions, dict) else dict.fromkeys(elements, functions)
    energies = atom_energies or _fitted_energies(train, elements)
    for element in elements:
        setup = AenetSetup(element, elements, resolve(by_element[element], elements), RMIN, element)
        write_setup(setup, folder / f"{element}.stp")
    files = {}
    for name, structures in (("train", train), ("validation", validation)):
        (folder / NAMES[name]).mkdir(exist_ok=True)
        files[name] = [f"{NAMES[name]}/s{k:05d}.xsf" for k in range(len(structures))]
        for path, atoms in zip(files[name], structures, strict=True):
            write_xsf(folder / path, atoms)
        (folder / f"{NAMES[name]}.in").write_text(predict_input(elements, files[name]))
    (folder / "generate.in").write_text(_generate_input(energies, files["train"]))
    (folder / "fit.in").write_text(_train_input(elements, hidden, activation, iterations, method))


def _generate_input(atom_energies, files):
    types = [f"{element} {float(energy)!r}" for element, energy in atom_energies.items()]
    setups = [f"{element} {element}.stp" for element in atom_energies]
    parts = [[f"OUTPUT {TRAINING_SET}"], ["TYPES", str(len(types)), *types], ["SETUPS", *setups], _files(files)]
    return _text(parts)


def _train_input(elements, hidden, activation, iterations, method):
    layers = " ".join([str(len(hidden)), *(f"{width}:{activation}" for width in hidden)])
    networks = [f"{element} {element}.nn {layers}" for element in elements]
    settings = [f"TRAININGSET {TRAINING_SET}", "TESTPERCENT 0", f"ITERATIONS {iterations}"]
    return _text([settings, ["METHOD", method], ["NETWORKS", *networks]])


def predict_input(elements, files):
    """The text of an input file of `predict.x`, for energies and forces of structures by networks `Ti.nn` and so on."""
    networks = [f"{element} {element}.nn" for element in elements]
    return _text([["TYPES", str(len(elements)), *elements], ["NETWORKS", *networks], ["FORCES"], _files(files)])


def _files(files):
    return ["FILES", str(len(files)), *files]


def _text(parts):
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def elements_in_order(structures):
    """In the order in which they come up: that of TYPES and ENV, which must agree."""
    return list(dict.fromkeys(symbol for atoms in structures for symbol in atoms.symbols))


def _fitted_energies(structures, elements):
    counts = np.array([[list(atoms.symbols).count(element) for element in elements] for atoms in structures], float)
    energies = np.linalg.lstsq(counts, [atoms.get_potential_energy() for atoms in structures], rcond=None)[0]
    return dict(zip(elements, energies.tolist(), strict=True))
