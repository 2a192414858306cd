"""Long labelling of silicon: files that grow by a frame at a time, and lose none, whatever ends it."""

import os
import resource
from pathlib import Path

import ase.io

from atomzoo.datasets.engines import LabelError
from atomzoo.datasets.engines.espresso import kpoint_divisions
from atomzoo.datasets.generate.silicon.curves import VOLUMES, relax
from atomzoo.datasets.generate.silicon.phases import build
from atomzoo.datasets.silicon import KPOINT_LENGTH, reference_engine


def label(path, structures):
    """Label structures, each appended at once to an extxyz file; a killed run resumes.

    Args:
        path: the file. The info of its frames has that of the structures, `kpoint_length` (Å), and `cpu_seconds` of
            pw.x.
        structures: dict of functions without arguments that make Atoms, by the `index` of the info.
    """
    done = {atoms.info["index"] for atoms in whole_frames(path)}
    for index in (index for index in structures if index not in done):
        atoms = structures[index]()
        start = _cpu_seconds()
        try:
            labelled = reference_engine().single_point(atoms)
        except LabelError as error:
            print(f"{index}: {error}", flush=True)
            continue
        seconds = round(_cpu_seconds() - start, 2)
        labelled.info = atoms.info | {"kpoint_length": KPOINT_LENGTH, "cpu_seconds": seconds}
        append(path, labelled)


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
