"""aenet as a baseline: trained and evaluated on the same structures and symmetry functions, or recorded.

aenet is free software (https://github.com/atomisticnet/aenet), and not part of atomzoo. Its programs are looked for in
the folder named by the environment variable AENET_BIN, else on PATH.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas

from atomzoo.models.formats.aenet.logs import read_predictions
from atomzoo.reproductions.baselines.aenet_inputs import NAMES, TRAINING_SET, elements_in_order, write_inputs

ERROR = re.compile(r"\berror\s*[:!]", re.IGNORECASE)  # not "training error"
PROGRAMS = ("generate.x", "train.x", "predict.x")


def find_programs():
    """aenet's programs.

    Returns:
        Dict of `generate.x`, `train.x` and `predict.x`, by these names, whatever version follows in their own
        (`predict.x-2.0.4-gfortran_serial`); None if one of them is missing.
    """
    folders = [os.environ["AENET_BIN"]] if os.environ.get("AENET_BIN") else os.get_exec_path()
    found = {}
    for folder in map(Path, folders):
        for name in PROGRAMS:
            for path in [folder / name, *sorted(folder.glob(f"{name}-*"))]:
                if name not in found and shutil.which(path):
                    found[name] = path.absolute()
    return found if len(found) == len(PROGRAMS) else None


def baseline(train, validation, functions, recorded=None, **settings):
    """aenet's errors: measured here if aenet is here, else those recorded.

    Args:
        train, validation, functions, settings: see `run_aenet`.
        recorded: `pandas.DataFrame` of results recorded before, with the columns `version` and `train_seconds`, for
            example that of `atomzoo.datasets.gold_clusters.aenet_baseline()`.

    Returns:
        `pandas.DataFrame`, to which the column `source` says "measured here" or "recorded".

    Raises:
        FileNotFoundError: there is neither aenet nor a record.
        ValueError: aenet failed: the first error it printed, and its input file.
    """
    if find_programs():
        return pandas.DataFrame([run_aenet(train, validation, functions, **settings)]).assign(source="measured here")
    if recorded is None:
        names = ", ".join(PROGRAMS)
        raise FileNotFoundError(f"aenet's {names} are neither on PATH nor in AENET_BIN, and nothing is recorded")
    return recorded.assign(source="recorded")


def beside(ours, theirs):
    """One table of our results and aenet's.

    Args:
        ours: dict, or list of dicts, with some of the keys of what `run_aenet` returns.
        theirs: what `baseline` returned.

    Returns:
        `pandas.DataFrame` of the columns of `ours`, and `program` and `source`.
    """
    ours = pandas.DataFrame([ours] if isinstance(ours, dict) else ours)
    columns = [column for column in ours.columns if column in theirs.columns]
    parts = ours.assign(program="atomzoo", source="measured here"), theirs[[*columns, "source"]].assign(program="aenet")
    return pandas.concat(parts, ignore_index=True)


def run_aenet(train, validation, functions, folder, hidden=(15, 15), activation="tanh", iterations=500, method="bfgs"):
    """Trains aenet on energies, and evaluates it.

    Args:
        train, validation: lists of `ase.Atoms` with energies and forces.
        functions: list of `SymmetryFunction` for all elements, or a dict of such lists by element; or of the functions
            of a Chebyshev basis.
        folder: an empty or new folder for aenet's files.
        hidden, activation: of each element's network.
        iterations: number of epochs.
        method: aenet's method and its parameters, "bfgs" or "lm batchsize=..." for example.

    Returns:
        Dict of the columns of `atomzoo.datasets.gold_clusters.aenet_baseline()`, as far as they are known here: mean
        squared errors of total energies (eV^2), force errors (eV/A), seconds, version.

    Raises:
        FileNotFoundError: aenet is not here.
        ValueError: aenet failed: the first error it printed, and its input file.
    """
    programs, folder = find_programs(), Path(folder)
    if programs is None:
        raise FileNotFoundError(f"aenet's {', '.join(PROGRAMS)} are not on PATH, nor in the folder AENET_BIN")
    write_inputs(train, validation, functions, folder, hidden, activation, iterations, method)
    _run(programs["generate.x"], "generate", folder, needs=[TRAINING_SET])
    start = time.perf_counter()
    elements = elements_in_order(train)
    _run(programs["train.x"], "fit", folder, needs=[f"{element}.nn" for element in elements])
    seconds = time.perf_counter() - start
    found = {}
    for name, structures in (("train", train), ("validation", validation)):
        _run(programs["predict.x"], NAMES[name], folder)
        found[name] = _errors(read_predictions(folder / f"{NAMES[name]}.out"), structures)
    return {
        "network": "-".join(f"{width}{activation[0]}" for width in hidden),
        "method": method,
        "iterations": iterations,
        "train_structures": len(train),
        "validation_structures": len(validation),
        "train_mse_eV2": found["train"][0],
        "validation_mse_eV2": found["validation"][0],
        "validation_force_rmse_eV_per_A": found["validation"][1],
        "train_seconds": round(seconds, 1),
        "version": _version(programs["train.x"], folder / "fit.out"),
    }


@contextmanager
def working_folder():
    """A temporary folder for `run_aenet`, which stays if the block fails: the error names a file in it."""
    folder = Path(tempfile.mkdtemp(prefix="aenet-"))
    yield folder
    shutil.rmtree(folder)


def _run(program, name, folder, needs=()):
    """Runs a program on `name`.in, its output in `name`.out; aenet reports many errors with the exit status 0."""
    done = subprocess.run([program, f"{name}.in"], cwd=folder, capture_output=True, text=True, errors="replace")
    (folder / f"{name}.out").write_text(done.stdout)
    missing = [file for file in needs if not (folder / file).exists()]
    if done.returncode or missing:
        (folder / f"{name}.err").write_text(done.stderr)
        place = f"'{folder / name}.in' (exit status {done.returncode}; its output is kept there)"
        raise ValueError(f"{program.name} failed on {place}. It said: {_first_error(done.stderr, done.stdout)}")


def _first_error(*texts):
    """The first line that names an error, which a backtrace of Fortran may follow; else the last line."""
    lines = [[line.strip() for line in text.splitlines() if line.strip()] for text in texts]
    found = [line for part in lines for line in part if ERROR.search(line)]
    return (found or [part[-1] for part in lines if part] or ["nothing"])[0]


def _errors(predictions, structures):
    """Mean squared error of the total energies, and root of that of the force components."""
    pairs = list(zip(predictions, structures, strict=True))
    energies = [found.energy - atoms.get_potential_energy() for found, atoms in pairs]
    forces = [found.forces - atoms.get_forces(apply_constraint=False) for found, atoms in pairs]
    return float(np.mean(np.square(energies))), float(np.sqrt(np.mean(np.concatenate(forces) ** 2)))


def _version(program, log):
    name = program.resolve().name.partition(".x-")[2]
    printed = re.search(r"version\s*:?\s*v?(\d[\w.]*)", log.read_text(), re.IGNORECASE)
    return f"aenet {name or (printed and printed[1]) or 'of unknown version'}"
