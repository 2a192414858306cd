"""Which room may import which: no room imports one above it, and nothing imports reproductions."""

import ast
import configparser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Below each room, what it may import besides itself. `atomzoo` alone is the public names, which the rooms above the
# library use: reproductions and the command line.
MAY_IMPORT = {
    "layers": (),
    "datasets": (),
    "models.zoo": (),
    "models.potential": ("layers", "datasets", "models.zoo"),
    "models.training": ("layers", "datasets", "models.potential", "models.selection"),
    "models.relaxation": ("datasets", "models.potential"),
    "models.selection": ("layers", "datasets", "models.potential"),
    "models.validation": ("datasets", "models.potential", "models.relaxation"),
    "models.formats": ("layers", "datasets", "models.potential", "models.zoo"),
    "models.tuning": ("layers", "datasets", "models.potential", "models.training"),
    "models.active_learning": ("datasets", "models.potential", "models.relaxation", "models.training"),
}


def imported(path):
    """Names of all modules that a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def library_files():
    return [path for room in ("layers", "datasets", "models") for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_room_imports_one_above_it(room):
    allowed = [f"atomzoo.{name}" for name in (room, *MAY_IMPORT[room])]
    for path in (ROOT / room.replace(".", "/")).rglob("*.py"):
        for name in imported(path):
            if name.split(".")[0] == "atomzoo":
                assert any(f"{name}.".startswith(f"{prefix}.") for prefix in allowed), f"{path}: {name}"


def test_every_room_of_models_is_listed():
    rooms = {f"models.{path.parent.name}" for path in (ROOT / "models").glob("*/__init__.py")}
    assert rooms == {room for room in MAY_IMPORT if room.startswith("models.")}


def test_layers_import_keras_and_numpy_only():
    standard = {"dataclasses", "itertools", "math", "numbers"}
    for path in (ROOT / "layers").rglob("*.py"):
        assert {name.split(".")[0] for name in imported(path)} <= {"keras", "numpy", "atomzoo"} | standard, path


def test_modules_import_each_other_in_no_circle():
    names = {path: _module(path) for path in library_files()}
    depends = {name: set() for name in names.values()}
    for path, name in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:  # those in functions are imported when all modules are there
            if isinstance(node, ast.ImportFrom):
                found = [f"{node.module}.{alias.name}" for alias in node.names]
                found = [other if other in depends else node.module for other in found]  # a module, or a name in one
                depends[name] |= {other for other in found if other in depends}
    while leaves := [name for name, others in depends.items() if not others & depends.keys()]:
        for name in leaves:
            del depends[name]
    assert not depends, f"circles among {sorted(depends)}"


def test_files_that_contributing_names_are_there():
    words = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("`")[1::2]
    paths = [word for word in words if word.endswith(".py") and "/" in word and "<" not in word]
    assert len(paths) > 10
    for path in paths:
        assert (ROOT / path).is_file(), path


def _module(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("atomzoo", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def test_no_module_is_missing_from_the_packages():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    packages = config["options"]["packages"].split()
    assert {_module(path).rpartition(".")[0] for path in library_files() if path.name != "__init__.py"} <= set(packages)
