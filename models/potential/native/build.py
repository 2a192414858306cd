"""Compiles the C++ of this folder, once for each machine, and loads it."""

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
from ctypes import c_char_p, c_int, c_int64, c_void_p
from pathlib import Path

from atomzoo.datasets.io.output_files import replacing

SOURCES = Path(__file__).parent
# -march=native: vectors become instructions of this processor. Square roots need no errno. Aliasing: the doubles of
# vectors are also read one by one.
FLAGS = (
    "-O3",
    "-march=native",
    "-std=c++17",
    "-fno-math-errno",
    "-fno-strict-aliasing",
    "-fPIC",
    "-shared",
    "-Wno-psabi",
)


class NativeError(ValueError):
    """C++ cannot evaluate a potential; the message is one line."""


class BuildError(NativeError):
    """A library cannot be compiled or loaded."""


class CompilerMissing(BuildError):
    """There is no g++."""


def library():
    """The C interface of `library.cpp`, compiled unless it lies in the cache: a `ctypes.CDLL`.

    Raises:
        BuildError: it cannot be compiled, stored or loaded; `CompilerMissing` without g++.
    """
    loaded, error = _library()
    if error is not None:
        raise error
    return loaded


@functools.cache
def _library():
    """The library or the error: what has failed is not tried again by this process."""
    try:
        loaded = _load(built(SOURCES / "library.cpp", check=_load))
    except BuildError as error:
        return None, error
    loaded.atomzoo_new.restype, loaded.atomzoo_new.argtypes = c_void_p, (c_char_p, c_char_p, c_int)
    loaded.atomzoo_delete.restype, loaded.atomzoo_delete.argtypes = None, (c_void_p,)
    loaded.atomzoo_evaluate.restype = c_int64
    loaded.atomzoo_evaluate.argtypes = (c_void_p, c_int, *5 * (c_void_p,), c_int, c_void_p)
    loaded.atomzoo_features.restype = c_int64
    loaded.atomzoo_features.argtypes = (c_void_p, c_int, *4 * (c_void_p,), c_int, c_void_p, c_void_p)
    return loaded, None


def _load(path):
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise BuildError(f"{path} cannot be loaded. Received: {error}") from None


def built(source, check, flags=(), includes=(), version=""):
    """The `Path` of a shared library, compiled unless it lies in the cache.

    The cache is the folder of the environment variable ATOMZOO_CACHE, or `atomzoo` in the user's cache. A change of
    sources, flags, compiler or processor builds another library.

    Args:
        source: `Path` of the C++ file; what it includes lies beside it or in `SOURCES`.
        check: called with the path of what was compiled, before it is stored; raises an error if it cannot be loaded.
        flags: more flags of the compiler.
        includes: folders of other headers, and `version`, what tells these from others.

    Raises:
        BuildError: it cannot be compiled or stored; `CompilerMissing` without g++.
    """
    compiler = shutil.which("g++")
    if compiler is None:
        raise CompilerMissing(f"{source.name} is compiled at first use and needs g++. Received: no g++ on PATH")
    flags = [*FLAGS, *flags]
    path = cache_folder() / f"{source.stem}-{_fingerprint(compiler, source, [*flags, version])}.so"
    if path.is_file() and _is_whole(path.read_bytes()):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:  # processes at once build one each; the last one stays
            _run([compiler, *flags, *(f"-I{folder}" for folder in (SOURCES, *includes)), source, "-o", temporary])
            digest = hashlib.sha256(temporary.read_bytes()).digest()
            with open(temporary, "ab") as file:  # behind the end of the library, where nothing reads it
                file.write(digest)
            check(temporary)
    except OSError as error:
        raise BuildError(f"{source.name} cannot be compiled. Received: {error}") from None
    return path


def _is_whole(content):
    """Whether a library is as it was written: to load a damaged one may end the process."""
    size = hashlib.sha256().digest_size
    return hashlib.sha256(content[:-size]).digest() == content[-size:]


def cache_folder():
    """Where compiled libraries lie, a `Path`."""
    given = os.environ.get("ATOMZOO_CACHE")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atomzoo"


def _fingerprint(compiler, source, words):
    """Of all that a library depends on; the compiler says what it makes of this processor."""
    digest = hashlib.sha256(" ".join(words).encode())
    for file in (source, *sorted(SOURCES.glob("*.h"))):
        digest.update(file.read_bytes())
    digest.update(_run([compiler, "--version"]) + _run([compiler, "-march=native", "-Q", "--help=target"]))
    return digest.hexdigest()[:16]


def _run(command):
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | {"LC_ALL": "C"})
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines()
        reason = next((line for line in lines if "error" in line), lines[-1] if lines else done.returncode)
        raise BuildError(f"{Path(command[0]).name} cannot compile the C++ of atomzoo. Received: {reason}")
    return done.stdout
