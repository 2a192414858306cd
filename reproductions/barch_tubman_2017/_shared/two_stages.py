"""Fixed and trained functions of dense hydrogen, by Adam and then by L-BFGS: the runs, and what is written of them."""

import tempfile
import time
from pathlib import Path

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_output import comparison
from atomzoo.reproductions.report import markdown_table, spread

STAGES = {"adam_": "Adam", "": "L-BFGS"}
ERRORS = {"train_mse_eV2": "training", "validation_mse_eV2": "validation"}
ITERATIONS, QUICK_ITERATIONS = 1000, 5  # of L-BFGS
WEIGHT_DECAYS = {"QMC": 1e-5, "PBE": 1e-6}  # see two_stages_weight_decay


def settings(labels, quick):
    """What all trainings on labels, "QMC" or "PBE", share: arguments of `train_parts`."""
    return {
        "epochs": hydrogen.QUICK_EPOCHS if quick else hydrogen.EPOCHS,
        "iterations": QUICK_ITERATIONS if quick else ITERATIONS,
        "weight_decay": WEIGHT_DECAYS[labels],
        "function_rate": hydrogen.FUNCTION_RATE,
        "relative": False,
    }


def load(labels, set, quick, every=1):
    """Structures to train on, every so many of them, and to validate with.

    Args:
        labels: "QMC", of `qmc_hydrogen`, or "PBE", of `pbe_hydrogen`.
        set: 1 to 8, of "QMC"; None of "PBE".
        quick: whether to take the first few of each.
        every: int.
    """
    train, validation = hydrogen.load_qmc(set, quick) if labels == "QMC" else hydrogen.load_pbe(quick)
    return train[::every], validation


def train(labels, set, every, quick, **options):
    """`train_parts` with the structures of `load`."""
    return train_parts(*load(labels, set, quick, every), **options)


def train_parts(
    structures, held_out, functions, trained, seed, epochs, iterations, weight_decay, function_rate, relative
):
    """Trains as `hydrogen.train_on`, and then the network alone by L-BFGS, functions as they are then.

    So it shows what trained functions are worth to a network that is trained as well as can be, too: an iteration of
    L-BFGS that moves functions takes thirty times as long as one of the network alone. Features are z-scores, by which
    L-BFGS learns faster.

    Args:
        structures, held_out: lists of labelled `Atoms`, the second of which choose nothing.
        functions, trained, seed, epochs, function_rate: of `hydrogen.train_on`.
        iterations, weight_decay: of L-BFGS, see `fit`.
        relative: see `two_rates`.

    Returns:
        Dict of errors of total energies in eV^2, `adam_train_mse_eV2` and `adam_validation_mse_eV2` after Adam,
        `train_mse_eV2` and `validation_mse_eV2` after L-BFGS; `train_structures`, `validation_structures`,
        `parameters` (numbers that are trained) and `seconds`.
    """
    from atomzoo import fit

    start, parts = time.perf_counter(), (structures, held_out)
    potential = hydrogen.untrained(structures, functions, trained, seed, scaling="z-score")
    hydrogen.train_by_adam(potential, *parts, seed, epochs, hydrogen.LEARNING_RATE, function_rate, relative)
    sizes, potential = hydrogen.sizes(potential, *parts), _in_float64(potential)
    errors = {f"adam_{name}": hydrogen.energy_error(potential, part) for name, part in zip(ERRORS, parts, strict=True)}
    potential.descriptor.trainable = False
    fit(potential, structures, optimizer="lbfgs", epochs=iterations, weight_decay=weight_decay)
    errors |= {name: hydrogen.energy_error(potential, part) for name, part in zip(ERRORS, parts, strict=True)}
    return {**errors, **sizes, "seconds": round(time.perf_counter() - start, 1)}


def in_words(rows):
    """The settings that all rows of `train` share."""
    epochs, iterations = rows[["epochs", "iterations"]].iloc[0]
    return (
        f"{epochs} epochs of Adam, then {iterations} iterations of L-BFGS of the networks alone. Mean squared errors "
        f"of total energies in eV^2, mean ± deviation over {rows['seed'].nunique()} seeds.\n"
    )


def table(rows, cases):
    """Fixed beside trained functions in Markdown, of each case, stage and error.

    Args:
        rows: `pandas.DataFrame` of `train_parts`, one row a run.
        cases: names of the columns that tell the cases; fixed and trained runs of one are compared seed by seed.
    """
    lines = []
    for case, group in rows.groupby(cases, sort=False):
        for prefix, stage in STAGES.items():
            for column, error in ERRORS.items():
                errors = group.pivot(index="seed", columns="trained", values=prefix + column)
                lines.append([*case, stage, error, *_cells(errors[False], errors[True])])
    header = [*cases, "after", "error", "fixed", "trained", "trained / fixed", "95 % interval", "seeds lower"]
    return markdown_table(header, lines)


def _cells(fixed, trained):
    compared = comparison(fixed, trained)
    interval = "" if compared["low"] is None else f"{compared['low']:.3f} to {compared['high']:.3f}"
    return [spread(fixed), spread(trained), f"{compared['ratio']:.3f}", interval, f"{compared['wins']} of {len(fixed)}"]


def _in_float64(potential):
    """The same potential in the precision that L-BFGS needs."""
    from atomzoo import load_potential

    with tempfile.TemporaryDirectory() as folder:
        potential.save(Path(folder) / "potential.keras")
        return load_potential(Path(folder) / "potential.keras", dtype="float64")
