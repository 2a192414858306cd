"""Label silicon, measure what its k-points cost, and pack it.

python -m atomzoo.datasets.generate_silicon label --worker 0 --workers 2 --until 3000 -o labels0.extxyz
"""

import argparse
import itertools
import os
import resource
import sys
from pathlib import Path

import ase.io

from atomzoo.datasets.engines import LabelError
from atomzoo.datasets.silicon import reference_engine
from atomzoo.datasets.silicon_sampling import TURN, structure


def label(path, numbers):
    """Label the structures of some numbers, each appended at once to an extxyz file; a killed run resumes.

    Args:
        path: the file. The info of its frames has that of `structure`, and `cpu_seconds` of pw.x.
        numbers: iterable of int.
    """
    engine = reference_engine()
    done = {atoms.info["index"] for atoms in whole_frames(path)}
    for number in numbers:
        if number in done:
            continue
        atoms = structure(number)
        start = _cpu_seconds()
        try:
            labelled = engine.single_point(atoms)
        except LabelError as error:
            print(f"{number}: {error}", flush=True)
            continue
        labelled.info = atoms.info | {"cpu_seconds": round(_cpu_seconds() - start, 2)}
        append(path, labelled)


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


def _label(arguments):
    turns = [range(n, n + TURN) for n in range(0, arguments.until, TURN)]
    label(arguments.output, itertools.chain(*turns[arguments.worker :: arguments.workers]))


def main(arguments=None):
    """Run a command; an error is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m atomzoo.datasets.generate silicon", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("label", help="DFT energies, forces and stresses; resumes")
    command.add_argument("--worker", type=int, default=0, help="which part of the numbers (default: %(default)s)")
    command.add_argument("--workers", type=int, default=1, help="number of parts (default: %(default)s)")
    command.add_argument("--until", type=int, required=True, help="structures in all parts together")
    command.add_argument("-o", "--output", required=True, help="extxyz file, of this part alone")
    command.set_defaults(function=_label)
    arguments = parser.parse_args(arguments)
    try:
        arguments.function(arguments)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
