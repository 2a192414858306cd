"""Long labelling of silicon: files that grow by a frame at a time, and lose none, whatever ends it."""

import os
import resource
from pathlib import Path

import ase.io

from atomzoo.datasets.engines.espresso import kpoint_divisions
from atomzoo.datasets.engines.jobs import completed
from atomzoo.datasets.generate.silicon.curves import VOLUMES, relax
from atomzoo.datasets.generate.silicon.phases import build
from atomzoo.datasets.generate.silicon.sampling import structure
from atomzoo.datasets.silicon import KPOINT_LENGTH, reference_engine


def label(path, numbers):
    """Label the structures of some numbers; see `relabel`.

    Args:
        path: the file.
        numbers: iterable of int.
    """
    done = {atoms.info["index"] for atoms in whole_frames(path)}
    _append_all(path, label_number, {number: {"number": number} for number in numbers if number not in done})


def relabel(path, structures):
    """Label structures by all processor cores or a cluster, see `executor`; a killed run resumes.

    Args:
        path: extxyz file, to which each is appended as soon as it is labelled. The info of its frames has that of the
            structures, `kpoint_length` (Å), and `cpu_seconds` of pw.x.
        structures: list of Atoms, each with a number of its own, `index`, in its info.
    """
    done = {atoms.info["index"] for atoms in whole_frames(path)}
    jobs = {atoms.info["index"]: {"atoms": atoms} for atoms in structures if atoms.info["index"] not in done}
    _append_all(path, label_atoms, jobs)


def _append_all(path, function, jobs):
    indices = list(jobs)
    for place, labelled, error in completed(function, list(jobs.values())):
        if error is None:
            append(path, labelled)
        else:
            print(f"{indices[place]}: {error}", flush=True)


def label_number(number):
    """Make and label the structure of a number: Atoms."""
    return label_atoms(structure(number))


def label_atoms(atoms):
    """Label a structure: Atoms, with all of its info, `kpoint_length` and `cpu_seconds`."""
    start = _cpu_seconds()
    labelled = reference_engine().single_point(atoms)
    seconds = round(_cpu_seconds() - start, 2)
    labelled.info = atoms.info | {"kpoint_length": KPOINT_LENGTH, "cpu_seconds": seconds}
    return labelled


def relax_phases(path):
    """Relax all phases at the volumes of `silicon_curves`; append each step to an extxyz file. A killed run resumes.

    All volumes of a phase get as many k-points as the smallest.

    Args:
        path: the file. Its frames have `phase`, `kind` ("relaxation"), `volume` (of the curve, Å^3 per atom) and
            `relaxed` (1 in the last step that a volume took) in their info.
    """
    done = {(atoms.info["phase"], atoms.info["volume"]) for atoms in whole_frames(path) if atoms.info["relaxed"]}
    for phase, volumes in VOLUMES.items():
        atoms = build(phase, volumes[0])
        divisions = kpoint_divisions(atoms, KPOINT_LENGTH)
        engine = reference_engine(kpoints=divisions)
        for volume in volumes:
            atoms.set_cell(atoms.cell * (volume * len(atoms) / atoms.get_volume()) ** (1 / 3), scale_atoms=True)
            if (phase, volume) not in done:
                steps = []
                converged = relax(atoms, engine, steps.append)
                print(f"{phase}, {volume} A^3: {len(steps)} steps, converged: {converged}", flush=True)
                for k, step in enumerate(steps):
                    step.info = {"phase": phase, "kind": "relaxation", "volume": volume}
                    step.info["relaxed"] = int(k == len(steps) - 1)
                    append(path, step)


def _cpu_seconds():
    """CPU time of all programs that have run and ended, s: on a busy machine a better measure than that of a clock."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def append(path, atoms):
    """Append a structure to an extxyz file, on the disk when it returns."""
    with Path(path).open("a") as file:
        ase.io.write(file, atoms, format="extxyz")
        file.flush()
        os.fsync(file.fileno())


def whole_frames(path):
    """Truncate an extxyz file after its last whole frame, and return its frames, a list of Atoms."""
    path = Path(path)
    if not path.exists():
        return []
    lines, end = path.read_bytes().splitlines(keepends=True), 0
    while end < len(lines) and end + 2 + int(lines[end]) <= len(lines):
        if not lines[end + 1 + int(lines[end])].endswith(b"\n"):
            break
        end += 2 + int(lines[end])
    with path.open("r+b") as file:
        file.truncate(sum(map(len, lines[:end])))
    return ase.io.read(path, ":") if end else []
