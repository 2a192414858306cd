"""The potentials of silicon and silica: how they are trained on data of the empirical potentials, and measured."""

import functools
import time
from pathlib import Path

import numpy as np
from ase.units import GPa

from atomzoo.datasets import empirical
from atomzoo.layers.descriptors.functions import SymmetryFunction
from atomzoo.models.potential.function_sets import load_function_set

# Of the mean squared errors of single atoms' energies (eV^2), of force components ((eV/A)^2), and of stress components
# ((eV/A^3)^2; each network has its own), where that of energies per atom counts 1.
# LAMMPS's shares of the energies of silica's atoms depend on more than their own neighbors: they are not fitted.
LOSS_WEIGHTS = {
    "silicon": {"energies": 0.1, "forces": 0.01},
    "silica": {"forces": 0.01},
}
ELEMENTS = {"silicon": ["Si"], "silica": ["Si", "O"]}
CRYSTALS = {"silicon": empirical.diamond_silicon, "silica": empirical.alpha_quartz}
ENGINES = {"silicon": empirical.stillinger_weber, "silica": empirical.vashishta}
PUBLISHED = {"silicon": "si-stillinger-weber", "silica": "sio2-vashishta"}  # names in the zoo
SILICA_CUTOFF, BOND_CUTOFF = 5.5, 2.6  # A, those of the empirical potential's pairs and angles
CLOSEST_LIKE = {"Si": 2.4, "O": 2.0}  # A, of two atoms of one element in the data
BONDED = {"Si": ("O", "O"), "O": ("Si", "Si")}  # the angles that have energies, by the atom in the middle
SHORT_CUTOFF = 3.6  # A: silicon's empirical potential ends at 3.77 A, and from here on is below 0.1 meV
# With smooth second derivatives: the elastic constants are those of the energy.
CUTOFF_FUNCTIONS = {"thesis": "cosine", "short": "polynomial", "silica": "polynomial"}


def functions(name):
    """Symmetry functions: "thesis", its 24 for silicon; "short", 31 of ours for silicon; "silica", 48 of ours.

    Ours resolve distances, also in their angular part, where the empirical potentials act.
    """
    if name == "thesis":
        return load_function_set("stende-2017-silicon", ["Si"])
    if name == "short":
        radial = [(6.0, rs) for rs in (1.5, 1.8, 2.1, 2.4, 2.7, 3.0, 3.3)]
        angular = _angular(SHORT_CUTOFF, [(0.01, 0.0), (0.4, 0.0), (1.0, 2.2), (1.0, 3.0)], (1, 2, 4))
        return _radial(SHORT_CUTOFF, radial) + angular
    radial = [(0.3, 0.0), (0.05, 0.0)] + [(4.0, rs) for rs in (1.2, 1.6, 2.0, 2.4, 2.8, 3.2, 3.6, 4.0, 4.4, 4.8)]
    angular = [(0.01, 0.0), (1.0, 1.2), (2.0, 1.8)]
    return [function for neighbor in ("Si", "O") for function in _radial(SILICA_CUTOFF, radial, (neighbor,))] + [
        function for pair in BONDED.values() for function in _angular(BOND_CUTOFF, angular, (1, 2), pair)
    ]


def feature_columns(name):
    """Which functions each element's network takes, None for all.

    Silica's angles are O-Si-O and Si-O-Si. Functions that peak at distances at which no data are would be near zero in
    training, and anything but that at the first pair that comes a little closer: they are left out.
    """
    if name != "silica":
        return None
    return {element: [k for k, f in enumerate(functions(name)) if _reached(f, element)] for element in BONDED}


def _reached(function, element):
    if function.is_angular:
        return function.neighbors == BONDED[element]
    return function.neighbors != (element,) or function.rs == 0 or function.rs >= CLOSEST_LIKE[element]


def _radial(cutoff, parameters, neighbors=()):
    """G2 of (eta, rs)."""
    return [SymmetryFunction("G2", cutoff, eta=eta, rs=rs, neighbors=neighbors) for eta, rs in parameters]


def _angular(cutoff, parameters, zetas, neighbors=()):
    """G5 of (eta, rs) with all zetas and both lambdas."""
    return [
        SymmetryFunction("G5", cutoff, eta=eta, rs=rs, zeta=zeta, lambda_=lambda_, neighbors=neighbors)
        for eta, rs in parameters
        for zeta in zetas
        for lambda_ in (-1, 1)
    ]


@functools.cache
def data(material):
    """Training, validation and test structures of the material (seed 0): three lists of `Atoms`."""
    return {"silicon": empirical.silicon_data, "silica": empirical.silica_data}[material]()


def select(structures, sources):
    """Those of some sources: "crystal", "strained", "liquid", "quench", "close"."""
    return [atoms for atoms in structures if atoms.info["source"] in sources]


def trained(material, sources, function_set, hidden, activation, scaling, stress_weight, seed, iterations):
    """A `NeuralNetworkPotential` (float64) trained by full-batch L-BFGS on the sources named."""
    from atomzoo import NeuralNetworkPotential, fit  # here: only the worker processes load Keras
    from atomzoo.models.training.losses import relative_weights

    structures = select(data(material)[0], sources)
    ratios = LOSS_WEIGHTS[material] | ({"stress": stress_weight} if stress_weight else {})
    chosen, options = functions(function_set), {"cutoff_function": CUTOFF_FUNCTIONS[function_set], "seed": seed}
    options["feature_columns"] = feature_columns(function_set)
    options |= {"hidden": hidden, "activation": activation, "scaling": scaling, "dtype": "float64"}
    potential = NeuralNetworkPotential.from_functions(ELEMENTS[material], chosen, **options)
    potential.adapt(structures)
    weights = relative_weights(float(potential.atom_sum.scale), structures, ratios)
    fitted = {"forces": "exact", "stress": "stress" in ratios, "energies": "energies" in ratios}
    fit(potential, structures, optimizer="lbfgs", epochs=iterations, **fitted, **weights)
    return potential


def errors(potential, material, sources):
    """Root mean squared errors on the test structures of each source, and on the validation structures of all.

    Returns:
        Dict by source and "validation" of dicts: energy (meV/atom), energies (of single atoms, meV; if fitted), forces
        (per component, meV/A), stress (per component, meV/A^3).
    """
    from atomzoo.models.potential.prediction_errors import prediction_errors

    _, validation, test = data(material)
    parts = {source: select(test, [source]) for source in sources} | {"validation": select(validation, sources)}
    found = {name: prediction_errors(part, potential.evaluate_atoms(part)) for name, part in parts.items()}
    labels = reported(material)
    return {name: {label: 1e3 * error[label].rmse for label in labels} for name, error in found.items()}


def reported(material):
    """The labels whose errors are measured."""
    return ["energy", *LOSS_WEIGHTS[material], "stress"]


def relaxed_with(potential):
    """The function that `elastic_constants` wants, of a network."""
    from atomzoo import relax

    return lambda atoms: relax(atoms, potential, fmax=1e-5).atoms


def crystal_properties(material, relaxed):
    """The crystal at zero stress, relaxed by a function as `elastic_constants` wants it.

    Returns:
        Dict: a and c, lengths of the cell (A); the elastic constants c11, c12, c13, c14, c33, c44 and the bulk modulus
        (Voigt's mean), in GPa.
    """
    from atomzoo.models.relaxation.elasticity import elastic_constants, equilibrium

    crystal = equilibrium(CRYSTALS[material](), relaxed, max_stress=1e-6)
    tensor = elastic_constants(crystal, relaxed) / GPa
    places = {"c11": (0, 0), "c12": (0, 1), "c13": (0, 2), "c14": (0, 3), "c33": (2, 2), "c44": (3, 3)}
    lengths = {"a": crystal.cell.lengths()[0], "c": crystal.cell.lengths()[2]}
    return lengths | {name: tensor[place] for name, place in places.items()} | {"bulk": np.mean(tensor[:3, :3])}


def train_and_measure(material, network, seed, folder, **settings):
    """Trains one potential, measures it, and saves it as `folder`/`material`-`network`-`seed`.keras.

    Args:
        material: "silicon" or "silica".
        network: Its name.
        seed: Of the initial weights.
        folder: Path.
        settings: The other arguments of `trained`.

    Returns:
        Dict of numbers: "energy crystal", "forces liquid", ... as of `errors`, `crystal_properties`, train_seconds.
    """
    start = time.perf_counter()
    potential = trained(material, seed=seed, **settings)
    seconds = time.perf_counter() - start
    potential.save(Path(folder) / f"{material}-{network}-{seed}.keras")
    found = {
        f"{label} {part}": value
        for part, values in errors(potential, material, settings["sources"]).items()
        for label, value in values.items()
    }
    crystal = crystal_properties(material, relaxed_with(potential))
    return {name: float(value) for name, value in {**found, **crystal, "train_seconds": round(seconds, 1)}.items()}


def best(rows, material, network, partial):
    """The potential of a network with the least error of the validation forces.

    Args:
        rows: `pandas.DataFrame` of `train_and_measure`, with network and seed.
        partial: `Path` of the folder of all potentials.

    Returns:
        Its seed, and the `Path` of its file.
    """
    of_network = rows[rows["network"] == network].set_index("seed")
    seed = of_network["forces validation"].idxmin()
    return seed, partial / f"{material}-{network}-{seed}.keras"


def published(material):
    """The potential of the material in the zoo, in float64."""
    from atomzoo import load_potential

    return load_potential(PUBLISHED[material], dtype="float64")
