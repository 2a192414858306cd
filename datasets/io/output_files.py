"""Output files that appear only once they are complete."""

import errno
import os
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import ase.io.formats
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.periodicity import has_stress
from atomzoo.datasets.io.folders import check_folder

APPENDED = ("xyz", "extxyz")  # formats of which a file and another, one after the other, are one


def check_output(path):
    """Finds out before a long calculation whether its result can be written.

    Args:
        path: the file to be written; it may exist, and is then replaced. Of a link the file that it leads to is meant.

    Returns:
        The `Path`.

    Raises:
        ValueError: `path` is a folder, a device or a pipe.
        FileNotFoundError, PermissionError: its folder is not there, or nothing may be written to it or to the file.

    Example:
        >>> check_output("model.keras").name
        'model.keras'
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"The output must be a file. Received: the folder '{path}'")
    target = _target(path)
    folder = path.parent if target == path.absolute() else target.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder '{folder}' to write to. Received: '{path}'")
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise ValueError(f"The output must be a file, not a device, a pipe or a link to itself. Received: '{path}'")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"Nothing may be written to the folder '{folder}'. Received: '{path}'")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"The file may not be changed. Received: '{path}'")
    return path


def check_is_other(output, *inputs):
    """That an output does not take the place of what it is made from, such as data with their labels.

    Args:
        output: path of the output.
        inputs: paths of files and folders that are read; they need not be there.

    Raises:
        ValueError: the output is one of them.

    Example:
        >>> check_is_other("predicted.extxyz", "data.extxyz")
        >>> check_is_other("./data.extxyz", "data.extxyz")
        Traceback (most recent call last):
        ...
        ValueError: The output must be another file or folder than the input. Received: './data.extxyz'
    """
    if _target(output) in map(_target, inputs):
        raise ValueError(f"The output must be another file or folder than the input. Received: '{output}'")


def _target(path):
    """The file that a path leads to, through all links."""
    return Path(os.path.realpath(path))


@contextmanager
def replacing(path):
    """A temporary path to write to, which takes the place of `path` when the block ends without an error.

    Args:
        path: the file to be written. The temporary one lies beside it and has the same endings, `.extxyz.gz` for
            example, from which the programs that write it know format and compression.

    Raises:
        ValueError, OSError: as `check_output`; an `OSError` that names `path` if it cannot be written after all, as on
            a full disk.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with replacing(Path(folder) / "a.txt") as temporary:
        ...         _ = temporary.write_text("complete")
        ...     (Path(folder) / "a.txt").read_text()
        'complete'
    """
    with _replacing([check_output(path)]) as (temporary,):
        yield temporary


@contextmanager
def _replacing(paths):
    """Temporary paths of several; none takes its place before all are complete on the disk."""
    targets = [_target(path) for path in paths]
    names = [f".{os.getpid()}-{path.name}" for path in paths]
    temporaries = [target.with_name(name) for target, name in zip(targets, names, strict=True)]
    try:
        yield temporaries
        for temporary in temporaries:
            with open(temporary, "r+b") as file:
                os.fsync(file.fileno())  # or a crash of the machine could leave the new name without the new content
        for temporary, target in zip(temporaries, targets, strict=True):
            os.replace(temporary, target)
    except OSError as error:
        if error.filename is not None and error.filename not in map(str, temporaries):
            raise
        place = paths[0] if len(paths) == 1 else paths[0].parent
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(place)) from None
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def write_files(folder, contents):
    """Writes several files to a folder, which is made if it is not there; none is replaced before all are complete.

    Args:
        folder: path of the folder, in one that exists.
        contents: dict of bytes by the names of files.

    Raises:
        ValueError, OSError: as `check_folder`, and of each file as `replacing`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_files(Path(folder) / "new", {"a.txt": b"1", "b.txt": b"2"})
        ...     sorted(path.name for path in (Path(folder) / "new").iterdir())
        ['a.txt', 'b.txt']
    """
    folder = Path(folder)
    is_new = not folder.exists()
    if is_new:
        check_output(folder)  # that of a file: not there yet, in a folder that may be written to
        folder.mkdir()
    else:
        check_folder(folder)
    try:
        with _replacing([check_output(folder / name) for name in contents]) as temporaries:
            for temporary, content in zip(temporaries, contents.values(), strict=True):
                temporary.write_bytes(content)
    finally:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def check_structure_file(path):
    """As `check_output`, and that ASE can write the format that the name's ending stands for.

    Raises:
        ValueError, OSError: as `check_output`, or an unknown ending.
    """
    path = check_output(path)
    try:
        file_format = ase.io.formats.filetype(str(path), read=False)
    except ase.io.formats.UnknownFileTypeError:
        file_format = None
    known = ase.io.formats.ioformats
    if file_format not in known or not known[file_format].can_write:
        raise ValueError(f"Structures cannot be written to a file of this name; try .extxyz. Received: '{path}'")
    return path


def check_writing(path, structures):
    """Finds out before a long calculation whether its structures can be written, by writing them to a temporary folder.

    Many formats of ASE need more than a structure (`.pwi` the names of pseudopotentials), hold only one, or only
    crystals.

    Args:
        path: the file to be written.
        structures: list of `ase.Atoms`, as they are before the calculation; they need no results.

    Raises:
        ValueError, OSError: as `check_structure_file`, or what the writer of the format fails with.

    Example:
        >>> check_writing("a.extxyz", [ase.Atoms("Au")])
        >>> check_writing("a.pwi", [ase.Atoms("Au", cell=[4, 4, 4])])
        Traceback (most recent call last):
        ...
        ValueError: ASE cannot write these structures in the format espresso-in ... Received: 'a.pwi'
    """
    path = check_structure_file(path)
    with tempfile.TemporaryDirectory() as folder:
        _write(path, Path(folder) / path.name, [_with_zeros(atoms) for atoms in structures])


def write_structures(path, structures):
    """Writes structures with their results to a file, which is replaced only once all is written.

    Args:
        path: the file, of a format that ASE writes; `.extxyz` holds all of any number of structures.
        structures: list of `ase.Atoms`.

    Raises:
        ValueError, OSError: as `check_writing`.
    """
    with writing_structures(path) as write:
        write(structures)


@contextmanager
def writing_structures(path):
    """A function that writes lists of structures, one after the other, to one file.

    The file appears when the block ends without an error. Only of xyz and extxyz is each list written at once; the
    structures of other formats are kept in memory until the end.

    Args:
        path: as for `write_structures`.

    Raises:
        ValueError, OSError: as `check_writing`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with writing_structures(f"{folder}/a.extxyz") as write:
        ...         write([ase.Atoms("Au")])
        ...         write([ase.Atoms("Cu"), ase.Atoms("Ag")])
        ...     len(ase.io.read(f"{folder}/a.extxyz", index=":"))
        3
    """
    path = check_structure_file(path)
    with replacing(path) as temporary:
        if ase.io.formats.filetype(str(path), read=False) in APPENDED:
            yield lambda structures: _write(path, temporary, structures, append=True)
        else:
            collected = []
            yield collected.extend
            _write(path, temporary, collected)


def _write(path, temporary, structures, **options):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a writer's own affair: deprecations, what its format leaves out
            ase.io.write(temporary, structures, **options)
        if not temporary.is_file():
            raise ValueError("it writes no single file")
    except OSError:
        raise
    except Exception as error:  # dozens of writers, each failing in its own way: KeyError, AssertionError, ImportError
        file_format = ase.io.formats.filetype(str(path), read=False)
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        start = f"ASE cannot write these structures in the format {file_format}"
        raise ValueError(f"{start} ({reason}); try .extxyz. Received: '{path}'") from None


def _with_zeros(atoms):
    """A copy with results like those of a calculation, all 0."""
    copy, n = atoms.copy(), len(atoms)
    results = {"energy": 0.0, "energies": np.zeros(n), "forces": np.zeros((n, 3))}
    if has_stress(atoms):
        results["stress"] = np.zeros(6)
    copy.calc = SinglePointCalculator(copy, **results)
    return copy
