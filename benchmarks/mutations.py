"""Damaged files of every format that is read: `python -m benchmarks.mutations --files 2000`.

Each file is changed at random places (bytes, words, lines, cuts) with a fixed seed, and read: that must succeed or end
in a ValueError or OSError of one line that names the file, within seconds and without much memory. All else is a crash:
other errors, signals, hangs. Readers run in processes of their own. Prints a table, and exits with 1 after a crash.
"""

import argparse
import faulthandler
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.timing import ROOT

COLUMNS = ("reader", "files", "read", "refused in one line", "crashed")
SECONDS = 20  # of processor time
MEMORY = 1.5e9  # bytes beside those that are taken before
WORDS = ["999999999", "-1", "0", "2", "1e308", "1e999", "nan", "inf", "1_0", "0x10", "9" * 5000, "\u0663", "1d5", ""]
WORDS += ["#", "=", '"', "{", "[1,", "T", "Au", "end"]
COUNTS = [b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\7\0\0\0"]  # as binary files hold them
PIECES = [*(word.encode() for word in WORDS), b"\0", b"\n", *COUNTS]
ELEMENTS = ["Ti", "O"]
SLOW = "nn/manybody, LAMMPS"  # a process a file: a twentieth of the files


def mutated(data, rng):
    """The bytes with one to three damages."""
    for _ in range(rng.integers(1, 4)):
        damage = (_bytes, _cut, _piece, _lines, _word, _word)[rng.integers(6)]
        data = damage(data, rng) if data else data
    return data


def _bytes(data, rng):
    """A few bytes are others."""
    data = bytearray(data)
    for place in rng.integers(len(data), size=rng.integers(1, 4)):
        data[place] = rng.integers(256)
    return bytes(data)


def _cut(data, rng):
    """The end, or a part of it, is gone."""
    place = rng.integers(len(data))
    return data[:place] if rng.random() < 0.5 else data[:place] + data[place + rng.choice([1, 4, 8, 100]) :]


def _piece(data, rng):
    """Something is put in, or over what was there; near the beginning, where binary files have their counts, often."""
    place, piece = rng.integers(len(data) if rng.random() < 0.5 else min(len(data), 80)), _one_of(PIECES, rng)
    return data[:place] + piece + data[place + (len(piece) if rng.random() < 0.5 else 0) :]


def _lines(data, rng):
    """A line is gone, doubled, or in the place of another."""
    lines = data.split(b"\n")
    k, other = rng.integers(len(lines), size=2)
    replaced = ([], [lines[k], lines[other]], [lines[other]])[rng.integers(3)]
    return b"\n".join(lines[:k] + replaced + lines[k + 1 :])


def _word(data, rng):
    """A word is another."""
    lines = data.split(b"\n")
    k = rng.integers(len(lines))
    words = lines[k].split(b" ")
    words[rng.integers(len(words))] = _one_of(WORDS, rng).encode()
    return b"\n".join(lines[:k] + [b" ".join(words)] + lines[k + 1 :])


def _one_of(sequence, rng):
    return sequence[rng.integers(len(sequence))]


def _structures(name):
    """A reader of structures from a file of this name, and the content of such a file."""

    def make(folder):
        from atomzoo.datasets.io.input_data import write_input_data
        from atomzoo.datasets.io.output_files import write_structures
        from atomzoo.datasets.io.reading import read_structures
        from atomzoo.datasets.io.xsf import write_xsf
        from tests.examples import crystal, rattled

        path, structures = folder / name, rattled(crystal(ELEMENTS), 3)
        if name == "input.data":
            write_input_data(structures, path)
        elif path.suffix == ".xsf":
            write_xsf(path, structures[0])
        else:
            write_structures(path, structures)
        return path, lambda: all(np.isfinite(atoms.positions).all() for atoms in read_structures(path))

    return make


def _aenet_setup(folder):
    from atomzoo.layers.descriptors.functions import resolve
    from atomzoo.models.formats.aenet.setup import AenetSetup, write_setup
    from atomzoo.models.formats.aenet.setup_reader import read_setup
    from tests.examples import ONE_OF_EACH

    path = folder / "Ti.stp"
    write_setup(AenetSetup("Ti", ELEMENTS, resolve(ONE_OF_EACH, ELEMENTS), rmin=0.75), path)
    return path, lambda: read_setup(path)


def _aenet(name):
    def make(folder):
        from atomzoo import load_potential
        from atomzoo.datasets.io.words import named
        from atomzoo.models.formats.aenet.fields import read_network, write_network
        from atomzoo.models.formats.aenet.importing import network_setup
        from tests.models.formats.aenet.samples import network

        path = folder / name
        write_network(network("O"), folder / name.replace("Ti", "O"), ascii=name.endswith("ascii"))
        write_network(network(), path, ascii=name.endswith("ascii"))

        def read():
            with named(path):
                network_setup(read_network(path))

        return path, _sometimes(read, lambda: load_potential(folder))

    return make


def _n2p2(name):
    def make(folder):
        from atomzoo import load_potential
        from atomzoo.models.formats.n2p2.reader import read_files
        from tests.models.formats.n2p2_reference import make_folder

        path = make_folder(folder / "n2p2") / name
        return path, _sometimes(lambda: read_files(path.parent), lambda: load_potential(path.parent))

    return make


def _network_file(folder):
    from atomzoo.models.formats.lammps import write_lammps
    from tests.examples import ALL_COMPACT, ONE_OF_EACH, small_potential, weighted
    from tests.models.formats.lammps.test_network_reader import CHEBYSHEV

    path, functions = folder / "a.nn", [*ONE_OF_EACH, *CHEBYSHEV, *ALL_COMPACT[::3]]
    write_lammps(small_potential(ELEMENTS, [*functions, *weighted(ALL_COMPACT[::4], {"Ti": 0.5, "O": 0.3})]), path)
    return path


def _lammps_python(folder):
    from atomzoo import load_potential
    from atomzoo.models.formats.lammps.network_reader import read_network_file

    path = _network_file(folder)
    return path, _sometimes(lambda: read_network_file(path), lambda: load_potential(path))


def _lammps_native(folder):
    """The C++ through its C interface; what it takes is evaluated."""
    import ctypes

    from atomzoo.datasets.arrays.kept_neighbors import KeptNeighborLists
    from atomzoo.models.potential.native.build import library
    from tests.examples import CUTOFF, crystal

    path, atoms, native = _network_file(folder), crystal(ELEMENTS), library()
    (neighbors,) = KeptNeighborLists(ELEMENTS, CUTOFF).of([atoms])

    def read():
        text, problem = path.read_bytes(), ctypes.create_string_buffer(500)
        pointer = native.atomzoo_new(text, problem, len(problem))
        if not pointer:
            raise ValueError(f"a.nn: {problem.value.decode(errors='replace')}")
        if text.split(b"elements", 1)[1].split(b"\n")[0].split() == [b"Ti", b"O"]:
            results = np.zeros(9 + len(atoms) * (4 + 100))
            positions = np.ascontiguousarray(atoms.positions)
            native.atomzoo_evaluate(
                pointer, len(atoms), positions.ctypes.data, *neighbors.addresses, 100, results.ctypes.data
            )
        native.atomzoo_delete(pointer)

    return path, read


def _lammps(folder):
    """The program of LAMMPS with the plugin; its own errors end with the exit status 1."""
    from atomzoo.datasets.engines.lammps import lammps_command
    from atomzoo.datasets.engines.lammps_files import data_text
    from atomzoo.models.formats.lammps import pair_commands
    from tests.examples import crystal

    path = _network_file(folder)
    (folder / "a.data").write_text(data_text(crystal(ELEMENTS), ELEMENTS))
    lines = ["units metal", "read_data a.data", *pair_commands(path, ELEMENTS), "run 0"]
    (folder / "in.lammps").write_text("\n".join(lines) + "\n")
    command = [*lammps_command(), "-in", "in.lammps", "-log", "none"]

    def read():
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
        )
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR")]
        if done.returncode not in (0, 1) or bool(errors) != bool(done.returncode):
            raise RuntimeError(f"exit status {done.returncode}: {done.stdout[-300:]}")
        if errors:
            raise ValueError(errors[0])

    return path, read


def _keras(folder):
    from atomzoo import load_potential
    from tests.examples import small_potential

    path = folder / "a.keras"
    small_potential(["Au"]).save(path)
    return path, lambda: load_potential(path)


READERS = {
    "extxyz": _structures("a.extxyz"),
    "xsf": _structures("a.xsf"),
    "traj": _structures("a.traj"),
    "aenet, .stp": _aenet_setup,
    "aenet, .nn binary": _aenet("Ti.nn"),
    "aenet, .nn text": _aenet("Ti.nn.ascii"),
    "n2p2, input.nn": _n2p2("input.nn"),
    "n2p2, scaling.data": _n2p2("scaling.data"),
    "n2p2, weights.022.data": _n2p2("weights.022.data"),
    "n2p2, input.data": _structures("input.data"),
    "keras": _keras,
    "nn/manybody, Python": _lammps_python,
    "nn/manybody, C++": _lammps_native,
    SLOW: _lammps,
}


def _sometimes(read, build, every=25):
    """Reads, and makes a potential of every 25th file that can be read, which takes longer."""
    n_read = 0

    def function():
        nonlocal n_read
        read()
        n_read += 1
        if n_read % every == 0:
            build()

    return function


def read_all(name, first, n_files):
    """Prints the outcome of each file; ends where a reader takes the process with it."""
    with tempfile.TemporaryDirectory() as folder:
        path, read = READERS[name](Path(folder).resolve())
        read()
        resource.setrlimit(resource.RLIMIT_AS, (int(_address_space() + MEMORY), resource.RLIM_INFINITY))
        for outcome in outcomes(path, read, range(first, n_files)):
            faulthandler.dump_traceback_later(10 * SECONDS, exit=True)  # signals wait for C++ that does not return
            print(outcome, flush=True)


def outcomes(path, read, numbers):
    """Yields what becomes of damaged files, each of its number: "read", "refused", or "crashed: " and how."""
    original = path.read_bytes()
    signal.signal(signal.SIGPROF, _too_slow)
    for number in numbers:
        path.write_bytes(mutated(original, np.random.default_rng(number)))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        yield _outcome(read, path)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _outcome(read, path):
    try:
        read()
    except (ValueError, OSError) as error:
        text = str(error)
        names = path.name in text or str(path.parent) in text
        is_line = "\n" not in text and 0 < len(text) < 1000
        return "refused" if names and is_line else f"crashed: not one line with a name: {text[:1000]!r}"
    except Exception as error:
        return f"crashed: {type(error).__name__}: {str(error)[:300]!r}"
    return "read"


def _too_slow(number, frame):
    raise RuntimeError(f"it takes longer than {SECONDS} s")


def _address_space():
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def outcomes_apart(name, n_files):
    """The outcomes of so many files, in processes of their own."""
    found = []
    while len(found) < n_files:
        options = ["--read", name, str(len(found)), str(n_files)]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mutations", *options],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        n_before = len(found)
        found += process.communicate()[0].splitlines()
        if process.returncode and len(found) < n_files:
            if len(found) == n_before == 0:
                raise RuntimeError(f"{name}: the reader does not begin")
            found.append(f"crashed: exit status {process.returncode}")
    return found


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="of each reader")
    parser.add_argument("--readers", nargs="+", default=list(READERS), choices=READERS, metavar="READER", help="some")
    parser.add_argument("--read", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        name, first, n_files = options.read
        return read_all(name, int(first), int(n_files))
    print(*COLUMNS, sep=" | ", flush=True)
    crashes = []
    for name in options.readers:
        found = outcomes_apart(name, options.files // (20 if name == SLOW else 1))
        counts = Counter(outcome.split(":")[0] for outcome in found)
        print(name, len(found), counts["read"], counts["refused"], counts["crashed"], sep=" | ", flush=True)
        crashes += [f"{name}, file {k}: {line}" for k, line in enumerate(found) if line.startswith("crashed")]
    sys.exit("\n".join(crashes) or None)


if __name__ == "__main__":
    main()
