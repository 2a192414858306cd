import io
import subprocess
import sys
from types import SimpleNamespace

import ase.io
import numpy as np
import pytest
from ase.build import bulk
from tensorflow.errors import ResourceExhaustedError

import atomzoo as package
from atomzoo.cli import main
from atomzoo.commands import list as list_module

COMMANDS = ("list", "reproduce", "train", "tune", "predict", "validate", "relax", "descriptors", "convert")


def test_help_names_every_command(atomzoo):
    code, text, _ = atomzoo("--help")
    assert code == 0
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_commands(atomzoo, command):
    code, text, _ = atomzoo(command, "--help")
    assert code == 0 and "Usage: atomzoo " + command in text


def test_version(atomzoo):
    assert atomzoo("--version") == (0, f"atomzoo {package.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["train"],
        ["train", "a.xyz"],
        ["train", "a.xyz", "-o", "a.keras", "--epochs", "0"],
        ["train", "a.xyz", "-o", "a.keras", "--optimizer", "sgd"],
        ["relax", "a.keras", "a.xyz", "--fmax", "small"],
        ["descriptors", "a.xyz", "-o", "a.npz"],
    ],
)
def test_wrong_command_line(atomzoo, arguments):
    code, text, error = atomzoo(*arguments)
    assert code == 2 and text == "" and "Usage: atomzoo" in error


def test_interruption(atomzoo, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(list_module, "data_sets", interrupt)
    assert atomzoo("list") == (130, "", "atomzoo: interrupted\n")


@pytest.mark.parametrize("error", [MemoryError("72 GB"), ResourceExhaustedError(None, None, "of\n72 GB")])
def test_memory_that_does_not_suffice(atomzoo, monkeypatch, error):
    def allocate():
        raise error

    monkeypatch.setattr(list_module, "data_sets", allocate)
    code, _, text = atomzoo("list")
    assert code == 1 and text.startswith("atomzoo: error: The memory does not suffice: ") and text.endswith("72 GB\n")
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("ascii", "eV/?".encode()), ("latin-1", "eV/Å".encode("latin-1")), ("utf-8", "eV/Å".encode())],
)
def test_an_encoding_without_some_characters(monkeypatch, encoding, written):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(list_module, "data_sets", lambda: [SimpleNamespace(name="a", summary="in eV/Å")])
    with pytest.raises(SystemExit) as ended:
        main(["list"])
    stream.flush()
    assert not ended.value.code and b" in " + written in stream.buffer.getvalue()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(tmp_path, closed):
    """Nothing that is printed gets into a file, and the file is written."""
    ase.io.write(tmp_path / "au.xyz", bulk("Au"))
    (tmp_path / "set.json").write_text('[{"kind": "G1", "cutoff": 4.0}]')
    command = f"{sys.executable} -c 'from atomzoo.cli import main; main()' descriptors au.xyz --setup set.json -o a.npz"
    assert subprocess.run(f"{command} {closed}", shell=True, cwd=tmp_path).returncode == 0
    assert np.load(tmp_path / "a.npz")["values"].shape == (1, 1)


def test_a_backend_that_is_not_installed(atomzoo, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)  # it cannot be imported
    code, out, error = atomzoo("predict", "a.keras", "a.xyz")
    assert code == 1 and out == "" and error.count("\n") == 1
    assert error.startswith("atomzoo: error: Keras or its backend cannot be imported. Received: ")


def test_tensorflow_is_not_imported_before_a_command_runs():
    code = "import sys, atomzoo.cli; sys.exit(bool({'tensorflow', 'keras', 'jax', 'ase'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tensorflow_adds_nothing_to_an_error_message(tmp_path):
    code = "from atomzoo.cli import main; main()"
    arguments = ["predict", tmp_path / "no.keras", tmp_path / "no.xyz"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"atomzoo: error: there is no file '{tmp_path}/no.keras'\n"
