"""The members of a committee, trained at the same time on a Dask cluster."""

import tempfile
import warnings
from pathlib import Path

from atomzoo.datasets.arrays.suspicious import SuspiciousDataWarning
from atomzoo.datasets.engines.jobs import completed
from atomzoo.datasets.io.output_files import replacing
from atomzoo.models.potential.saving import load_keras
from atomzoo.models.training.references import isolated_energies
from atomzoo.models.training.train_potential import Training, train_potential

SUFFIXES = {"potential": ".keras", "checkpoint": ".checkpoint"}


def train_on_cluster(members, scheduler):
    """Trains each member on a worker, and writes its potential and its checkpoint as soon as it is done.

    Workers need no folder in common. A member whose worker is lost is trained again; one that fails twice is named
    when the others are done.

    Args:
        members: dict by path of a `.keras` file of the arguments of `train_potential`, `validation` among them. What
            happens beside a training stays here: `callbacks` are not called, and `tell` is given a line a member. With
            `resume` a member goes on from the checkpoint beside its file.
        scheduler: address of the cluster, see `executor`.

    Returns:
        List of `(path, Training)` of the members, in their order.

    Raises:
        ValueError: members failed.
        OSError: no scheduler answers, or a file cannot be written.
    """
    paths, found, failed = list(members), {}, []
    jobs = [_job(*member) for member in members.items()]
    for number, result, error in completed(train_member, jobs, scheduler=scheduler):
        path = paths[number]
        if error is not None:
            failed.append(f"'{path}' failed twice: {type(error).__name__}: {error}")
            continue
        for name, suffix in SUFFIXES.items():
            with replacing(path.with_suffix(suffix)) as temporary:
                temporary.write_bytes(result[name])
        found[path] = _training(path, result, members[path])
        if tell := members[path].get("tell"):
            tell(f"{path.name}: {result['recipe']}; {len(found)} of {len(paths)} are trained")
    if failed:
        raise ValueError("; ".join(failed))
    return [(path, found[path]) for path in paths]


def _job(path, options):
    """The arguments of `train_member`."""
    sent = {name: value for name, value in options.items() if name not in ("callbacks", "tell", "resume")}
    checkpoint = path.with_suffix(SUFFIXES["checkpoint"])
    return {"state": checkpoint.read_bytes() if options["resume"] and checkpoint.exists() else None, **sent}


def _training(path, result, options):
    potential, validation = load_keras(path), options["validation"]
    train, validation = (isolated_energies(part, potential.cutoff)[0] for part in (options["structures"], validation))
    return Training(potential, result["history"], train, validation, result["recipe"])


def train_member(state, **options):
    """`train_potential` on a worker, in a temporary folder.

    Args:
        state: content of a checkpoint to go on from, or None.
        options: of `train_potential`.

    Returns:
        Dict of `potential` and `checkpoint`, the content of these files, `history` and `recipe`.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"member{suffix}" for name, suffix in SUFFIXES.items()}
        if state is not None:
            files["checkpoint"].write_bytes(state)
        places = {"output": files["potential"], "checkpoint": files["checkpoint"], "resume": state is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SuspiciousDataWarning)  # of which the one that asked has warned
            training = train_potential(**places, **options)
        contents = {name: path.read_bytes() for name, path in files.items()}
        return {**contents, "history": training.history, "recipe": training.recipe}
