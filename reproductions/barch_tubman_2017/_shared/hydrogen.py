"""Dense hydrogen: the symmetry functions and the training that its reproductions share."""

import functools
import time

import numpy as np

from atomzoo.datasets import dense_hydrogen, pbe_hydrogen, qmc_hydrogen
from atomzoo.reproductions.jobs import run_jobs

CUTOFF = 3.0  # A: 45 to 83 neighbors; the cells are smaller than twice that, so images of one atom are among them
HIDDEN = (30, 30)
EPOCHS, QUICK_EPOCHS = 60, 2
QUICK_STRUCTURES = 20
BATCH_SIZE = 16
LEARNING_RATE = 3e-3  # both rates: see learning_rates
FUNCTION_RATE = 1.0  # times the learning rate for eta, rs and kappa
SCALED_EVERY = 8  # of the training structures: those that functions are scaled by after each epoch
WEIGHT_DECAY = 3e-3  # of training on all structures at once: see table_1_weight_decay
ITERATIONS, QUICK_ITERATIONS = (200, 60), (5, 3)  # of L-BFGS: of networks alone, and then with the functions
PARAMETERS = ("eta", "rs", "kappa")


def angular_set():
    """12 G2 and 24 G5, as many as in the preset "barch-tubman-2017", with parameters for the distances of hydrogen.

    Those of the preset, scaled to this cutoff, do not resolve the bond of H2, at a quarter of the cutoff.
    """
    from atomzoo.layers import SymmetryFunction  # here, so that only the worker processes load Keras

    return [
        *(SymmetryFunction("G2", CUTOFF, eta=eta) for eta in (0.1, 0.4, 1.0, 2.5)),
        *(SymmetryFunction("G2", CUTOFF, eta=8.0, rs=rs) for rs in np.linspace(0.6, 2.35, 8)),
        *(
            SymmetryFunction("G5", CUTOFF, eta=eta, zeta=zeta, lambda_=lambda_)
            for zeta in (1, 2, 4)
            for lambda_ in (-1, 1)
            for eta in (0.05, 0.3, 0.8, 2.0)
        ),
    ]


def radial_set():
    """8 each of G1, G2 and G3, as many as the paper's figure 4 has; the values of their parameters are ours.

    G1 differ in their cutoff, 1.25 to 3 A, which is not trained. G2 have shifts from 0.6 to 2.7 A and widths of
    the shifts' spacing; G3 have wave numbers from half a period to four within the cutoff.
    """
    from atomzoo.layers import SymmetryFunction

    shifts = np.linspace(0.6, 2.7, 8)
    eta = 1 / (2 * (shifts[1] - shifts[0]) ** 2)
    return [
        *(SymmetryFunction("G1", cutoff) for cutoff in np.linspace(1.25, CUTOFF, 8)),
        *(SymmetryFunction("G2", CUTOFF, eta=eta, rs=rs) for rs in shifts),
        *(SymmetryFunction("G3", CUTOFF, kappa=np.pi * half / CUTOFF) for half in range(1, 9)),
    ]


def bad_radial_set():
    """As `radial_set`, but as badly begun as can be without two functions alike: no G2 sees the bond of H2.

    Shifts of G2 are within the last quarter of the cutoff, all too narrow for their distances; G3 differ in their wave
    numbers by a fiftieth of a period.
    """
    from atomzoo.layers import SymmetryFunction

    constant = [function for function in radial_set() if function.kind == "G1"]
    return [
        *constant,
        *(SymmetryFunction("G2", CUTOFF, eta=100.0, rs=rs) for rs in np.linspace(2.25, CUTOFF, 8)),
        *(SymmetryFunction("G3", CUTOFF, kappa=np.pi * (1 + k / 25) / CUTOFF) for k in range(8)),
    ]


def few_radial(n):
    """n functions G2 alone: shifts from 0.6 to 2.7 A, and widths of their spacing."""
    from atomzoo.layers import SymmetryFunction

    shifts = np.linspace(0.6, 2.7, n)
    return [SymmetryFunction("G2", CUTOFF, eta=1 / (2 * (shifts[1] - shifts[0]) ** 2), rs=rs) for rs in shifts]


SETS = {"G1+G2+G3": radial_set, "G2+G5": angular_set}
STARTS = {"bad G1+G2+G3": bad_radial_set, **{f"{n} G2": functools.partial(few_radial, n) for n in (4, 8, 16)}}
METHODS = {
    f"{functions} {'trained' if trained else 'fixed'}": {"functions": functions, "trained": trained}
    for trained in (False, True)
    for functions in SETS
}


def trained_networks(jobs, folder):
    """Runs of `train`, or what of them another script of dense hydrogen left in the folder (hydrogen.partial.jsonl).

    Delete that file when this module has been changed.

    Args:
        jobs: list of dicts, arguments of `train`.
        folder: `Path`.

    Returns:
        `pandas.DataFrame`, one row a job.
    """
    return run_jobs(train, jobs, folder / "hydrogen.partial.jsonl", "Training networks")


def training_time(runs):
    """A sentence on what the trainings of `trained_networks` took, whenever they ran."""
    return f"Training: {runs['seconds'].sum() / 60:.1f} minutes of a core in all.\n"


def load(set, quick):
    """The training and the validation structures of a set, or the first few of each."""
    return _some(dense_hydrogen.load_data(set), quick)


def load_qmc(set, quick):
    """As `load`, of the sets that a network of quantum Monte Carlo labelled."""
    return _some(qmc_hydrogen.load_data(set), quick)


def load_pbe(quick):
    """As `load`, of the published liquid."""
    return _some(pbe_hydrogen.load_data(), quick)


def _some(parts, quick):
    return [part[:QUICK_STRUCTURES] if quick else part for part in parts]


def iterations(quick):
    """Those of `train_at_once`."""
    return QUICK_ITERATIONS if quick else ITERATIONS


def train(set, functions, trained, seed, epochs, quick=False):
    """Trains a network on the total energies of one set: see `train_on`.

    Args:
        set: 1 to 8.
        functions, trained, seed, epochs: of `train_on`.
        quick: whether to take a few structures only.
    """
    return train_on(*load(set, quick), functions, trained, seed, epochs, LEARNING_RATE, FUNCTION_RATE)


def train_on(structures, held_out, functions, trained, seed, epochs, learning_rate, function_rate):
    """Trains a network on total energies, with fixed or with trained symmetry functions.

    Adam, the learning rate falling to 0 by a half cosine. The same seed gives the same initial network and the same
    batches, whether functions are trained or not; fixed ones are scaled anew after each epoch, too, by the same
    structures, because that alone changes how fast a network learns.

    Args:
        structures, held_out: lists of labelled `Atoms`, the second of which choose nothing.
        functions: key of `SETS`.
        trained: whether eta, rs and kappa are trained, too.
        seed: of the initial weights and the batches.
        epochs: int.
        learning_rate: of the network, in the beginning.
        function_rate: times the learning rate for eta, rs and kappa.

    Returns:
        Dict of lists, a value an epoch: `train_mse_eV2` (the mean over the epoch, as the weights move) and
        `validation_mse_eV2`, of total energies; `paths`, a dict of lists (epochs + 1, n), see `ParameterPaths`;
        `train_structures`, `validation_structures`, `parameters` (numbers that are trained) and `seconds`.
    """
    start = time.perf_counter()
    potential = untrained(structures, functions, trained, seed)
    history, paths = train_by_adam(potential, structures, held_out, seed, epochs, learning_rate, function_rate)
    return {
        **history,
        "paths": {name: path.tolist() for name, path in paths.items()},
        **sizes(potential, structures, held_out),
        "seconds": round(time.perf_counter() - start, 1),
    }


def train_by_adam(potential, structures, held_out, seed, epochs, learning_rate, function_rate, relative=False):
    """The training of `train_on`: dict of its errors, and the `paths` of `ParameterPaths`.

    With `relative` the steps of eta are in units of eta: see `two_rates`.
    """
    import keras
    from keras.optimizers.schedules import CosineDecay

    from atomzoo.models.training.inputs import prepared
    from atomzoo.models.training.trained_functions import FollowingScaling, ParameterPaths, two_rates

    scale = float(potential.atom_sum.scale)
    dataset = potential.dataset(structures, BATCH_SIZE, shuffle=True, seed=seed)
    validation = potential.dataset(held_out, BATCH_SIZE)
    schedule = CosineDecay(learning_rate, epochs * len(dataset))
    # errors in units of their scale: Adam's epsilon would not be small beside their gradients in eV
    optimizer = two_rates(keras.optimizers.Adam, schedule, function_rate, relative)
    potential.compile(optimizer, {"energy_per_atom": "mse"}, loss_weights={"energy_per_atom": scale**-2})
    recorder = ParameterPaths()
    following = FollowingScaling(structures[::SCALED_EVERY])
    dataset, validation = (
        prepared(potential, part, atoms, None, 0) for part, atoms in ((dataset, structures), (validation, held_out))
    )
    options = {"validation_data": validation, "epochs": epochs, "verbose": 0}
    history = potential.fit(dataset, callbacks=[following, recorder], **options).history
    units = (scale * len(structures[0])) ** 2
    columns = {"train_mse_eV2": "loss", "validation_mse_eV2": "val_loss"}
    return {column: [loss * units for loss in history[name]] for column, name in columns.items()}, recorder.paths


def train_at_once(structures, held_out, functions, trained, seed, weight_decay, iterations):
    """Trains a network on total energies by L-BFGS, all structures at once, with fixed or with trained functions.

    First the network alone, then, begun anew, network and functions; with fixed functions the network again. So fixed
    and trained differ in nothing else, and functions start where the network has made use of them as they are.

    Args:
        structures, held_out, functions, trained, seed: of `train_on`.
        weight_decay: of `fit`.
        iterations: pair of numbers, of the two parts.

    Returns:
        Dict of `train_mse_eV2` and `validation_mse_eV2`, of total energies; `train_structures`,
        `validation_structures`, `parameters` (numbers that are trained) and `seconds`.
    """
    from atomzoo import fit

    start = time.perf_counter()
    potential = untrained(structures, functions, trained, seed, scaling="z-score", dtype="float64")
    for part, n_iterations in enumerate(iterations):
        potential.descriptor.trainable = part == 1
        fit(potential, structures, optimizer="lbfgs", epochs=n_iterations, weight_decay=weight_decay)
    return {
        "train_mse_eV2": energy_error(potential, structures),
        "validation_mse_eV2": energy_error(potential, held_out),
        **sizes(potential, structures, held_out),
        "seconds": round(time.perf_counter() - start, 1),
    }


def energy_error(potential, structures):
    """Mean squared error of total energies in eV^2."""
    pairs = zip(potential.evaluate_atoms(structures), structures, strict=True)
    return float(np.mean([(result["energy"] - atoms.get_potential_energy()) ** 2 for result, atoms in pairs]))


def sizes(potential, structures, held_out):
    """Dict of `train_structures`, `validation_structures` and `parameters`, the numbers that are trained."""
    return {
        "train_structures": len(structures),
        "validation_structures": len(held_out),
        "parameters": potential.count_params() - sum(w.numpy().size for w in potential.non_trainable_weights),
    }


def untrained(structures, functions, trained, seed=0, **options):
    """A potential scaled to structures.

    Args:
        structures: list of `Atoms` with energies.
        functions: key of `SETS` or `STARTS`.
        trained: whether eta, rs and kappa are weights that will be trained.
        seed: of the initial weights.
        **options: of `NeuralNetworkPotential`.
    """
    from atomzoo import NeuralNetworkPotential

    trainable = PARAMETERS if trained else False
    potential = NeuralNetworkPotential.from_functions(
        ["H"], (SETS | STARTS)[functions](), HIDDEN, trainable_functions=trainable, seed=seed, **options
    )
    potential.adapt(structures)
    return potential
