"""Potentials that differ by their initial weights, each with its file, history and checkpoint."""

from pathlib import Path

import pandas

from atomzoo.datasets.io.output_files import check_output, replacing
from atomzoo.models.selection.functions_from_data import functions_from_data
from atomzoo.models.training.callbacks import StopOnSignal
from atomzoo.models.training.checkpoint import remove_if_complete
from atomzoo.models.training.train_potential import train_potential


def train_committee(structures, n_members, output, seed=0, resume=False, **options):
    """Trains one or several potentials on the same structures, and writes each to a file when it is done.

    Beside a potential lies its history, a csv with a row an epoch, and, until all are complete, its checkpoint.

    Args:
        structures: list of labelled `ase.Atoms`.
        n_members: number of potentials.
        output: `.keras` file; of several potentials `name-1.keras`, `name-2.keras` ...
        seed: of the held-out structures and of the first potential; others have the seeds after it.
        resume: whether to go on where a call with the same arguments was ended; those that are complete are kept.
        options: others of `train_potential`; each potential has its part of a `time_limit`.

    Returns:
        List of `Training`; shorter than asked for if the last was ended by a signal (see `StopOnSignal`).

    Raises:
        ValueError: no potential; several potentials are to start from one; or as `train_potential`.
        OSError: as `train_potential`.

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
    if "time_limit" in options:
        options["time_limit"] /= n_members
    if n_members > 1 and structures and options.get("functions") is None:  # the same for all
        everything = [*structures, *(options.get("validation") or ())]
        options["functions"] = functions_from_data(everything, options.pop("cutoff", None))
    paths = member_paths(output, n_members)
    checkpoints, trainings = [path.with_suffix(".checkpoint") for path in paths], []
    for member, (path, checkpoint) in enumerate(zip(paths, checkpoints, strict=True)):
        files = {"output": path, "checkpoint": checkpoint, "resume": resume}
        training = train_potential(structures, seed=seed + member, **files, **options)
        with replacing(path.with_suffix(".csv")) as temporary:
            table = pandas.DataFrame(training.history)
            table.set_axis(table.index + 1).rename_axis("epoch").to_csv(temporary)
        trainings.append(training)
        if any(isinstance(each, StopOnSignal) and each.name for each in options.get("callbacks", ())):
            return trainings
        if options.get("validation") is None:  # the same for all
            held_out = set(map(id, training.validation))
            structures = [atoms for atoms in structures if id(atoms) not in held_out]
            options["validation"] = training.validation
    remove_if_complete(checkpoints)
    return trainings


def member_paths(output, n_members):
    """The files of the potentials of a committee, checked as `check_output`.

    Example:
        >>> [str(path) for path in member_paths("au.keras", 2)]
        ['au-1.keras', 'au-2.keras']
    """
    output = Path(output)
    names = [output.name] if n_members == 1 else [f"{output.stem}-{k + 1}{output.suffix}" for k in range(n_members)]
    return [check_output(output.with_name(name)) for name in names]
