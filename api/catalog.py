"""What the package holds, found by looking at its files; no module of it is imported."""

import ast
import json
import pkgutil
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

STUDIES = "studies"  # folder of a paper's scripts that are no table or figure of it


@dataclass(frozen=True)
class Entry:
    """One data set or reproduction.

    Args:
        name: how a user calls it.
        module: its full module name.
        path: the module's file.
        summary: first line of the module's docstring.
    """

    name: str
    module: str
    path: Path
    summary: str


def presets():
    """Names and descriptions (dict) of the potentials that come with atomzoo."""
    (folder,) = find_spec("atomzoo.models").submodule_search_locations  # importing it would load Keras
    entries = json.loads((Path(folder) / "zoo" / "presets.json").read_text(encoding="utf-8"))
    return {name: entry["description"] for name, entry in entries.items()}


def data_sets():
    """List of `Entry`: the modules of `atomzoo.datasets` with a function `load_data`."""
    package = import_module("atomzoo.datasets")
    return [
        Entry(name, f"atomzoo.datasets.{name}", path, summary)
        for name, path, functions, summary in _modules(package.__path__)
        if "load_data" in functions
    ]


def reproductions():
    """List of `Entry`: the modules with a function `run` of each paper's package, items first, then its studies."""
    package = import_module("atomzoo.reproductions")
    return [
        Entry(f"{paper}/{name}".replace("_", "-"), ".".join((package.__name__, paper, *room, name)), path, summary)
        for paper, folder in _packages(package.__path__)
        for room in ((), (STUDIES,))
        for name, path, functions, summary in _modules([str(folder.joinpath(*room))])
        if "run" in functions
    ]


def results_of(reproduction):
    """The files (sorted list of `Path`) that a reproduction has left in the folder `results` of its paper."""
    folder = reproduction.path.parent
    paper = folder.parent if folder.name == STUDIES else folder
    return sorted(paper.glob(f"results/{reproduction.path.stem}[._-]*"))


def _packages(folders):
    for folder in folders:
        for found in pkgutil.iter_modules([folder]):
            if found.ispkg:
                yield found.name, Path(folder) / found.name


def _modules(folders):
    """Name, file, names of functions, and first line of the docstring of each module, sorted."""
    for folder in folders:
        for found in pkgutil.iter_modules([folder]):
            if not found.ispkg:
                path = Path(folder) / f"{found.name}.py"
                tree = ast.parse(path.read_text(encoding="utf-8"))
                functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
                lines = (ast.get_docstring(tree) or "").splitlines()
                yield found.name, path, functions, lines[0] if lines else ""
