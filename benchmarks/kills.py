"""Commands killed at random moments, and run again: `python -m benchmarks.kills --moments 50`.

Each command is run once to its end. Then it is begun anew in a folder of its own, killed by SIGKILL at a moment of that
run's duration, and run again as a user would: all that it has written in the end must be the same, but for recorded
seconds. Moments are drawn with a fixed seed, one in each of as many equal parts of the duration. Prints a table, and
exits with 1 if a result differs. With `--record FILE`, the moments that are in FILE are not tried again.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import h5py
import pandas

COLUMNS = ("command", "seconds", "moments", "killed", "same result")
LIMIT = 600  # seconds
MODULES = ["tensorflow", "keras_tuner", "atomzoo.cli", "atomzoo.models.active_learning.refine"]
MODULES += ["atomzoo.datasets.engines", "atomzoo.models.tuning.grid_search", "atomzoo.models.training.train_committee"]
OPTIONS = ["--symmetry-functions", "set.json", "--seed", "3"]
REPORT = "--no-report"  # pages say when they were made
TRAIN = ["train", "data.extxyz", "-o", "au.keras", "--resume", "--hidden", "6", "5", REPORT, *OPTIONS]
MORSE = ["--pair", "pair_style morse 8.0", "--pair", "pair_coeff * * 0.4753 1.583 3.0242"]  # gold
COMMANDS = {
    "train, adam": [*TRAIN, "--no-forces", "--optimizer", "adam", "--epochs", "12"],
    "train, lbfgs": [*TRAIN, "--optimizer", "lbfgs", "--epochs", "40", "--patience", "30"],
    "tune": ["tune", "data.extxyz", "-o", "search", "--grid", "grid.json", "--epochs", "3", *OPTIONS],
    "refine": ["refine", "data.extxyz", "-o", "loop", "--engine", "lammps", *MORSE, "--hidden", "5"]
    + ["--iterations", "20", "--budget", "5", REPORT, *OPTIONS],
    "label": None,
    "label, two processes": None,
}
GRID = {"layers": [1], "nodes": [4, 6, 8], "learning_rate": [0.01]}
FUNCTIONS = [{"kind": "G2", "cutoff": 6.0, "eta": eta} for eta in (0.05, 0.2, 0.5)] + [{"kind": "G5", "cutoff": 6.0}]


class Engine:
    """Labels one structure at a time by LAMMPS."""

    def single_point(self, atoms):
        from atomzoo.datasets.engines import Lammps

        return Lammps(MORSE[1::2], ["Au"]).label([atoms])[0]


def begin(folder):
    """Writes what the commands read."""
    from atomzoo.datasets import gold_clusters
    from atomzoo.datasets.engines import Lammps
    from atomzoo.datasets.io.output_files import write_structures

    structures = gold_clusters.load_data(n_atoms=3)[0][:24]
    for atoms in structures:
        atoms.pbc = False
    write_structures(folder / "data.extxyz", Lammps(MORSE[1::2], ["Au"]).label(structures))
    (folder / "grid.json").write_text(json.dumps(GRID))
    (folder / "set.json").write_text(json.dumps(FUNCTIONS))


def work(name, folder, begins):
    """One command, in a process of its own. Functions run eagerly: to compile them would take most of the time."""
    import tensorflow

    from atomzoo.cli import main
    from atomzoo.datasets.engines import LabelledFile
    from atomzoo.models.active_learning import refinement_steps
    from atomzoo.models.potential.native.build import cache_folder
    from atomzoo.models.training import checkpoint, lbfgs

    os.chdir(folder)
    os.environ["ATOMZOO_CACHE"] = str(cache_folder())  # of compiled programs; that of features is the run's own
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    with open("output", "a") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    checkpoint.EVERY, lbfgs.LEG, refinement_steps.N_STARTS = 0.1, 10, 2  # seconds for minutes
    tensorflow.config.run_functions_eagerly(True)
    begins.set()
    if COMMANDS[name] is not None:
        return main(COMMANDS[name])
    file = LabelledFile(Engine(), "data.extxyz", "labels.extxyz")
    if "processes" in name:
        file.label_rest(2)
    while file.label_next():
        pass


def start(name, folder):
    """The process of a command, once it has begun. It is forked where all is imported, which takes longer than it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(MODULES)
    begins = context.Event()
    process = context.Process(target=work, args=(name, folder, begins))
    process.start()
    begins.wait(LIMIT)
    return process


def finish(name, folder):
    """Runs a command to its end; seconds."""
    process, before = start(name, folder), time.monotonic()
    process.join(LIMIT)
    if process.exitcode not in (0, 3):  # 3: a loop whose budget was spent
        raise RuntimeError(f"{name} failed: {(folder / 'output').read_text()[-2000:]}")
    return time.monotonic() - before


def kill(name, folder, moment):
    """Runs a command and kills it some seconds after it began; whether it was still there."""
    process = start(name, folder)
    process.join(moment)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def results(folder):
    """All that a command has written, by path, without what a killed process was writing and recorded seconds."""
    found = {}
    for path in sorted(folder.rglob("[!.]*")):
        name = str(path.relative_to(folder))
        if not path.is_file() or name == "output" or "search/trials/" in name:  # the states of KerasTuner have times
            continue
        if path.suffix == ".keras":
            found[name] = weights(path)
        elif path.name == "trials.csv":
            found[name] = pandas.read_csv(path).drop(columns="seconds").to_csv()
        else:
            found[name] = path.read_bytes()
    return found


def weights(path):
    """All arrays of a potential, as bytes by name; its description holds addresses of objects."""
    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as file, h5py.File(file) as arrays:
        names = []
        arrays.visit(names.append)
        found = {name: arrays[name][()].tobytes() for name in names if isinstance(arrays[name], h5py.Dataset)}
    return found


class Record:
    """What came of the moments that have been tried, in a file with a line of JSON for each.

    Args:
        path: the file; None to keep them in memory only.
    """

    def __init__(self, path=None):
        self.path = path
        self.lines = [] if path is None or not path.exists() else [*map(json.loads, path.read_text().splitlines())]

    def add(self, **line):
        self.lines.append(line)
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def of(self, name, n_moments):
        """The lines of a command, each moment once."""
        return [line for line in self.lines if (line["command"], line["moments"]) == (name, n_moments)]


def measured(name, n_moments, folder, record=None, seed=0):
    """A row of the table, and what differed.

    Args:
        name: of `COMMANDS`.
        n_moments: number of moments, each of a run of its own.
        folder: an empty one.
        record: `Record` of moments that are not tried again; those that are, are added to it.
        seed: of the moments.
    """
    record = record or Record()
    done = {line["number"] for line in record.of(name, n_moments)}
    expected, seconds = None, float("nan")
    for k in range(n_moments):
        if k in done:
            continue
        if expected is None:
            whole = _begun(folder / "whole")
            seconds = finish(name, whole)
            expected = results(whole)
        moment = (k + random.Random(f"{name} {seed} {k}").random()) / n_moments * seconds
        path = _begun(folder / str(k))
        killed = kill(name, path, moment)
        finish(name, path)
        found = results(path)
        changed = sorted(each for each in {**found, **expected} if found.get(each) != expected.get(each))
        when = f"killed after {moment:.2f} of {seconds:.2f} s"
        record.add(command=name, moments=n_moments, number=k, killed=killed, when=when, changed=changed)
    lines = record.of(name, n_moments)
    differences = {f"{name}, {line['when']}": line["changed"] for line in lines if line["changed"]}
    n_killed = sum(line["killed"] for line in lines)
    return (name, f"{seconds:.1f}", n_moments, n_killed, n_moments - len(differences)), differences


def _begun(path):
    path.mkdir()
    begin(path)
    return path


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--moments", type=int, default=50, help="of all commands together")
    parser.add_argument("--commands", nargs="+", default=list(COMMANDS), choices=COMMANDS, help="some of them")
    parser.add_argument("--record", type=Path, metavar="FILE", help="moments that have been tried")
    options = parser.parse_args()
    record = Record(options.record)
    n_moments, differences = -(-options.moments // len(options.commands)), {}
    print(*COLUMNS, sep=" | ", flush=True)
    for name in options.commands:
        with tempfile.TemporaryDirectory() as folder:
            row, found = measured(name, n_moments, Path(folder), record)
        print(*row, sep=" | ", flush=True)
        differences |= found
    sys.exit("\n".join(f"{when}: {', '.join(changed)}" for when, changed in differences.items()) or None)


if __name__ == "__main__":
    main()
