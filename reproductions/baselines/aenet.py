"""aenet as a baseline: trained and evaluated on the same structures and symmetry functions.

aenet is free software (https://github.com/atomisticnet/aenet), and not part of atomzoo. Its programs are looked for in
the folder named by the environment variable AENET_BIN, else on PATH.
"""

import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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


def check_programs():
    """aenet's programs: see `find_programs`; a FileNotFoundError where they are not here."""
    programs = find_programs()
    if programs is None:
        raise FileNotFoundError(f"aenet's {', '.join(PROGRAMS)} are not on PATH, nor in the folder AENET_BIN")
    return programs


@dataclass(frozen=True)
class AenetRun:
    """What a training of aenet gave.

    Attributes:
        predictions: dict of the lists of `Prediction` of the "train" and "validation" structures.
        seconds, cpu_seconds: of `train.x`; it runs on one core.
        version: aenet's.
    """

    predictions: dict
    seconds: float
    cpu_seconds: float
    version: str


def train_aenet(
    train, validation, functions, folder, hidden=(15, 15), activation="tanh", iterations=500, method="bfgs"
):
    """Trains aenet on energies, and lets it predict energies and forces of both parts.

    Args:
        train, validation: lists of `ase.Atoms` with energies.
        functions: list of `SymmetryFunction` for all elements, or a dict of such lists by element; or of the functions
            of a Chebyshev basis.
        folder: an empty or new folder for aenet's files.
        hidden, activation: of each element's network.
        iterations: number of epochs.
        method: aenet's method and its parameters, "bfgs" or "lm batchsize=..." for example.

    Returns:
        `AenetRun`.

    Raises:
        FileNotFoundError: aenet is not here.
        ValueError: aenet failed: the first error it printed, and its input file.
    """
    programs, folder = check_programs(), Path(folder)
    write_inputs(train, validation, functions, folder, hidden, activation, iterations, method)
    _run(programs["generate.x"], "generate", folder, needs=[TRAINING_SET])
    start, cpu = time.perf_counter(), _cpu_seconds()
    elements = elements_in_order(train)
    _run(programs["train.x"], "fit", folder, needs=[f"{element}.nn" for element in elements])
    seconds, cpu = time.perf_counter() - start, _cpu_seconds() - cpu
    predictions = {}
    for part, name in NAMES.items():
        _run(programs["predict.x"], name, folder)
        predictions[part] = read_predictions(folder / f"{name}.out")
    return AenetRun(predictions, seconds, cpu, _version(programs["train.x"], folder / "fit.out"))


def run_aenet(train, validation, functions, folder, hidden=(15, 15), activation="tanh", iterations=500, method="bfgs"):
    """As `train_aenet`, of structures with energies and forces, in numbers.

    Returns:
        Dict of `network`, `method`, `iterations`, `train_structures`, `validation_structures`, `train_mse_eV2` and
        `validation_mse_eV2` (total energies), `validation_force_rmse_eV_per_A` (per component), `train_seconds`,
        `train_cpu_seconds` and `aenet_version`.
    """
    run = train_aenet(train, validation, functions, folder, hidden, activation, iterations, method)
    validation_mse, force_rmse = _errors(run.predictions["validation"], validation)
    return {
        "network": "-".join(f"{width}{activation[0]}" for width in hidden),
        "method": method,
        "iterations": iterations,
        "train_structures": len(train),
        "validation_structures": len(validation),
        "train_mse_eV2": _errors(run.predictions["train"], train)[0],
        "validation_mse_eV2": validation_mse,
        "validation_force_rmse_eV_per_A": force_rmse,
        "train_seconds": round(run.seconds, 1),
        "train_cpu_seconds": round(run.cpu_seconds, 1),
        "aenet_version": run.version,
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


def _cpu_seconds():
    """What the programs that this process started and that have ended took, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
