"""Potentials that differ by their initial weights, each with its file, history and checkpoint."""

import warnings
from pathlib import Path

import pandas

from atomzoo.datasets.arrays.batch import elements_of
from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.arrays.suspicious import SuspiciousDataWarning, warn_about_suspicious_data
from atomzoo.datasets.io.output_files import check_output, replacing
from atomzoo.datasets.splits import split_structures
from atomzoo.models.training.callbacks import StopOnSignal
from atomzoo.models.training.checkpoint import remove_if_complete
from atomzoo.models.training.committee_on_cluster import train_on_cluster
from atomzoo.models.training.references import isolated_energies
from atomzoo.models.training.train_potential import chosen_functions, train_potential


def train_committee(structures, n_members, output, seed=0, resume=False, scheduler=None, **options):
    """Trains one or several potentials on the same structures, and writes each to a file when it is done.

    Beside a potential lies its history, a csv with a row an epoch, and, until all are complete, its checkpoint.

    Args:
        structures: list of labelled `ase.Atoms`.
        n_members: number of potentials.
        output: `.keras` file; of several potentials `name-1.keras`, `name-2.keras` ...
        seed: of the held-out structures and of the first potential; others have the seeds after it.
        resume: whether to go on where a call with the same arguments was ended; those that are complete are kept.
        scheduler: address of a Dask cluster, on which several potentials are trained at the same time, without
            `callbacks`, see `train_on_cluster`; a single one is trained here. None to train one after the other here.
        options: others of `train_potential`; of several potentials that are trained here, each has its part of a
            `time_limit`.

    Returns:
        List of `Training`; shorter than asked for if the last was ended by a signal (see `StopOnSignal`).

    Raises:
        ValueError: no potential; several potentials are to start from one; or as `train_potential`.
        OSError: as `train_potential`; no scheduler answers.

    Example:
        >>> import tempfile
        >>> from atomzoo.datasets import gold_clusters
        >>> structures, _ = gold_clusters.load_data(2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     trainings = train_committee(structures[:9], 2, f"{folder}/au.keras", hidden=(2,), epochs=1)
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['au-1.csv', 'au-1.keras', 'au-2.csv', 'au-2.keras']
    """
    if n_members < 1:
        raise ValueError(f"A committee must have members. Received: {n_members}")
    if n_members > 1 and options.get("start") is not None:
        raise ValueError(f"Potentials that start from one are no committee. Received: {n_members} members and a start")
    paths = member_paths(output, n_members)
    if n_members > 1 and structures:
        structures, options = _shared(structures, seed, **options)
    options["structures"], options["resume"] = structures, resume
    members = {path: {"seed": seed + member, **options} for member, path in enumerate(paths)}
    trained = _here(members) if scheduler is None or n_members == 1 else train_on_cluster(members, scheduler)
    trainings = []
    for path, training in trained:
        with replacing(path.with_suffix(".csv")) as temporary:
            table = pandas.DataFrame(training.history)
            table.set_axis(table.index + 1).rename_axis("epoch").to_csv(temporary)
        trainings.append(training)
    if len(trainings) == n_members:
        remove_if_complete([path.with_suffix(".checkpoint") for path in paths])
    return trainings


def _shared(structures, seed, validation=None, validation_fraction=0.1, functions=None, cutoff=None, **options):
    """What is the same for all members: structures to train on and to validate with, and functions."""
    labels(structures, ("energy",))  # of all structures, so that an error names the place in the whole list
    everything = [*structures, *(validation or ())]
    functions = chosen_functions(functions, cutoff, elements_of(everything), everything)
    fitted, _ = isolated_energies(structures, max((function.cutoff for function in functions), default=0.0))
    warn_about_suspicious_data(fitted)  # of all together, those held out too; members do not warn again
    if validation is None:
        validation = split_structures(fitted, validation_fraction, seed)[1]
        held_out = set(map(id, validation))
        structures = [atoms for atoms in structures if id(atoms) not in held_out]
    return structures, {"validation": validation, "functions": functions, **options}


def _here(members):
    """Trains one member after the other, until a signal comes: yields each path and `Training`."""
    for path, options in members.items():
        if "time_limit" in options:
            options["time_limit"] /= len(members)
        files = {"output": path, "checkpoint": path.with_suffix(".checkpoint")}
        with warnings.catch_warnings():
            if len(members) > 1:
                warnings.simplefilter("ignore", SuspiciousDataWarning)
            training = train_potential(**files, **options)
        yield path, training
        if any(isinstance(each, StopOnSignal) and each.name for each in options.get("callbacks", ())):
            return


def member_paths(output, n_members):
    """The files of the potentials of a committee, checked as `check_output`.

    Example:
        >>> [str(path) for path in member_paths("au.keras", 2)]
        ['au-1.keras', 'au-2.keras']
    """
    output = Path(output)
    if output.suffix != ".keras":
        raise ValueError(f"The file of a potential must end in .keras. Received: '{output}'")
    names = [output.name] if n_members == 1 else [f"{output.stem}-{k + 1}{output.suffix}" for k in range(n_members)]
    return [check_output(output.with_name(name)) for name in names]
