import os
import subprocess
import sys

import pytest

from atomzoo.models.potential import engines
from atomzoo.models.potential.native import build
from tests.examples import crystal, small_potential


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """Nothing is compiled yet, and what this process knows of a library or an error is forgotten before and after."""
    monkeypatch.setenv("ATOMZOO_CACHE", str(tmp_path / "cache"))
    for forget in (build._library.cache_clear, engines._warn_once.cache_clear):
        forget()
    yield tmp_path / "cache"
    build._library.cache_clear()


def test_without_a_compiler_keras_evaluates_in_silence(empty_cache, monkeypatch):
    monkeypatch.setenv("PATH", "")
    potential = small_potential(["Au"])
    potential.evaluate_atoms(crystal(["Au"]))
    assert potential.engine == "tensorflow"
    with pytest.raises(build.NativeError, match=r"needs g\+\+. Received: no g\+\+ on PATH"):
        potential.evaluate_atoms(crystal(["Au"]), "native")
    assert not empty_cache.exists()


def test_a_failed_build_is_one_warning_and_the_slower_path(compiler, empty_cache, monkeypatch):
    monkeypatch.setattr(build, "FLAGS", (*build.FLAGS, "-DVec=int"))
    with pytest.warns(RuntimeWarning, match=r"g\+\+ cannot compile .* Received: .*error.*; evaluations take") as record:
        for _ in range(2):
            potential = small_potential(["Au"])
            potential.evaluate_atoms([crystal(["Au"])] * 2)
            assert potential.engine == "tensorflow"
    found = [str(warning.message) for warning in record if warning.category is RuntimeWarning]
    assert len(found) == 1 and "\n" not in found[0]
    with pytest.raises(build.BuildError, match="cannot compile"):
        potential.evaluate_atoms(crystal(["Au"]), "native")
    assert not list(empty_cache.iterdir())


def test_a_cache_that_cannot_be_written_is_one_warning(compiler, empty_cache):
    empty_cache.write_text("no folder")
    with pytest.warns(RuntimeWarning, match="library.cpp cannot be compiled. Received: .*cache"):
        small_potential(["Au"]).evaluate_atoms(crystal(["Au"]))


def test_a_broken_library_is_one_line(tmp_path):
    (tmp_path / "broken.so").write_text("no library")
    with pytest.raises(build.BuildError, match="broken.so cannot be loaded. Received: "):
        build._load(tmp_path / "broken.so")


@pytest.mark.parametrize("damage", [lambda content: content[:1000], lambda content: b"", lambda content: content[:-1]])
def test_a_damaged_library_is_compiled_again(compiler, tmp_path, monkeypatch, damage):
    """To load one that is cut off would end the process by a bus error."""
    monkeypatch.setenv("ATOMZOO_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.cpp").write_text('extern "C" int one() { return 1; }')
    checked = []
    path = build.built(tmp_path / "a.cpp", check=lambda temporary: checked.append(build._load(temporary).one()))
    content = path.read_bytes()
    path.write_bytes(damage(content))
    assert build.built(tmp_path / "a.cpp", check=lambda temporary: checked.append(2)) == path
    assert build.built(tmp_path / "a.cpp", check=lambda temporary: checked.append(3)) == path
    assert checked == [1, 2] and path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_flags_sources_and_versions_make_another_library(compiler, tmp_path):
    (tmp_path / "a.cpp").write_text("1")
    names = [
        build._fingerprint("g++", tmp_path / "a.cpp", words) for words in (["-O1"], ["-O1"], ["-O2"], ["-O1", "2"])
    ]
    (tmp_path / "a.cpp").write_text("2")
    names.append(build._fingerprint("g++", tmp_path / "a.cpp", ["-O1"]))
    assert names[0] == names[1] and len(set(names)) == 4


@pytest.mark.slow
def test_built_once_also_by_two_processes(compiler, empty_cache, monkeypatch):
    command = [sys.executable, "-c", "from atomzoo.models.potential.native.build import library; library()"]
    both = [subprocess.Popen(command, env=os.environ) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    (path,) = empty_cache.iterdir()
    assert path.name.startswith("library-") and path.suffix == ".so"
    monkeypatch.setattr(build, "_run", lambda command: pytest.fail("built again") if "-o" in command else b"")
    monkeypatch.setattr(build, "_fingerprint", lambda *args: path.stem.removeprefix("library-"))
    build.library()
