"""Where the files of the TiO2 data set are: a folder, an archive, or a download."""

import hashlib
import os
import tarfile
from lzma import LZMAError
from pathlib import Path
from zlib import error as ZlibError

URL = "http://ann.atomistic.net/files/data-set-2016-TiO2.tar.bz2"
WHERE = (
    f"get {URL.rsplit('/', 1)[1]} from http://ann.atomistic.net/download/, "
    "and name it as `path`, or put it into a folder tio2 of the folder that ATOMZOO_DATA names"
)
ARCHIVES = ("*.tar.xz", "*.tar.bz2", "*.tar.gz", "*.tar")


def find_source(path=None):
    """The folder with XSF files, or the archive of them, that the data are read from.

    Args:
        path: such a folder or archive, or a folder with an archive in it. None: the folder `tio2` in that which
            ATOMZOO_DATA names; without it, a download.

    Returns:
        `Path`.

    Raises:
        OSError: nothing is there, or nothing could be downloaded; in one line, where to get it.
    """
    if path is None and not os.environ.get("ATOMZOO_DATA"):
        return _downloaded()
    path = Path(os.environ["ATOMZOO_DATA"]) / "tio2" if path is None else Path(path)
    if path.is_file():
        return path
    folders = [folder for folder in (path, path / "xsf") if any(folder.glob("*.xsf"))]
    archives = [archive for pattern in ARCHIVES for archive in sorted(path.glob(pattern))]
    if not folders and not archives:
        raise FileNotFoundError(f"The TiO2 data set is not in '{path}': {WHERE}")
    return (folders + archives)[0]


def read_contents(source):
    """The content of every XSF file: dict of bytes by file name, sorted. An archive is not unpacked to disk.

    Raises:
        ValueError: an archive that is damaged, or without XSF files.
    """
    if source.is_dir():
        return {path.name: path.read_bytes() for path in sorted(source.glob("*.xsf")) if _is_structure(path)}
    try:
        with tarfile.open(source) as archive:
            members = (member for member in archive if member.isfile() and _is_structure(Path(member.name)))
            contents = {Path(member.name).name: archive.extractfile(member).read() for member in members}
    except (tarfile.TarError, EOFError, LZMAError, ZlibError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"the archive is damaged, or none ({reason}). Received: '{source}'") from None
    if not contents:
        raise ValueError(f"there are no XSF files in the archive. Received: '{source}'")
    return dict(sorted(contents.items()))


def content_hash(contents):
    """SHA-256 over names and contents of all files, whatever their order and however they were packed."""
    digests = sorted(f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in contents.items())
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _is_structure(path):
    return path.suffix == ".xsf" and not path.name.startswith(".")  # "._a.xsf" is what macOS packs beside a.xsf


def _downloaded():
    import keras

    try:
        # No hash of the archive is known, only that of its content, which is checked when it is read.
        return Path(keras.utils.get_file(URL.rsplit("/", 1)[1], URL, cache_subdir="datasets"))
    except Exception as error:  # Keras raises a bare Exception
        reason = " ".join(str(error).split())
        raise FileNotFoundError(f"The TiO2 data set could not be downloaded ({reason}): {WHERE}") from None
