import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atomzoo.version import __version__

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def config():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def rooms(config):
    """The top-level folder of each mapped package."""
    lines = config["options"]["package_dir"].split("\n")
    return dict([part.strip() for part in line.split("=")] for line in lines if line.strip())


def test_every_package_is_listed(config, rooms):
    packages = []
    for package, room in rooms.items():
        for found in (ROOT / room).rglob("__init__.py"):
            packages.append(".".join([package, *found.parent.relative_to(ROOT / room).parts]))
    assert sorted(config["options"]["packages"].split()) == sorted(packages)


def test_package_data_are_there(config, rooms):
    for package, patterns in config["options.package_data"].items():
        room = max((name for name in rooms if f"{package}.".startswith(f"{name}.")), key=len)
        folder = ROOT.joinpath(rooms[room], *package.removeprefix(room).split("."))
        for pattern in patterns.split():
            assert any(path.is_file() for path in folder.glob(pattern)), f"{package}: {pattern}"


def test_every_folder_with_modules_is_a_package(rooms):
    for room in rooms.values():
        assert all((path.parent / "__init__.py").exists() for path in (ROOT / room).rglob("*.py"))


def test_citation_and_changelog_know_the_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE)[1] == __version__
    assert f"\n## {__version__} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.fixture
def environment(tmp_path):
    """A fresh environment: a function that runs a program of it outside the tree. It sees what atomzoo depends on, but
    not atomzoo itself, because Python does not follow `.pth` files of a folder that a `.pth` file names."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(program, *arguments, cwd=tmp_path):
        command = [tmp_path / "env" / "bin" / program, *arguments]
        done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stdout + done.stderr[-2000:]
        return done.stdout

    run("pip", "install", "--quiet", "setuptools >= 80")
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    return run


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_built_package_predicts_outside_the_tree(kind, environment, tmp_path):
    ignored = shutil.ignore_patterns(".git", "build", "dist", "*.egg-info", "__pycache__")
    tree = shutil.copytree(ROOT, tmp_path / "tree", ignore=ignored, symlinks=True)
    build = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(tmp_path)!r}))"
    name = environment("python", "-c", build, cwd=tree).split()[-1]
    shutil.rmtree(tree)
    environment("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", tmp_path / name)
    home = environment("python", "-c", "import atomzoo; print(atomzoo.__file__)")
    assert home.startswith(str(tmp_path / "env"))
    listed = environment("atomzoo", "list")
    assert "au-clusters" in listed and "barch-tubman-2017/table-2" in listed
    (tmp_path / "au2.xyz").write_text("2\n\nAu 0 0 0\nAu 0 0 2.55\n")
    assert "Au2" in environment("atomzoo", "predict", "au-clusters", "au2.xyz")
