import configparser
from pathlib import Path

import pytest

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
