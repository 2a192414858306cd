"""The folder of a loop that trains, samples, labels and retrains: whatever is finished is read, not done again."""

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

import ase.io
import numpy as np
import pandas
from ase.calculators.calculator import Calculator, all_changes

from atomzoo.datasets.engines.label_error import LabelError
from atomzoo.datasets.io.output_files import replacing, write_structures
from atomzoo.models.potential.saving import load_keras, save_keras


class BudgetSpent(Exception):
    """No more calls of the labelling engine are allowed."""


class LoopFolder:
    """Remembers on disk, so that a loop that is killed and run again goes on where it was.

    A loop asks for each costly result by its name, with a function that makes it. The first time it is made and
    written, complete or not at all; after that it is read. Also what was just made is read back, so that a run that was
    killed and one that was not continue from the same numbers. Labels are remembered one by one, by the structure.

        settings.json      what the loop was started with: another loop may not go on here
        labels/0000.extxyz each call of the engine
        round_0/           potentials (.keras), structures (.extxyz) and the numbers (.json) of each round
        log.csv            the numbers of all rounds

    Args:
        folder: path; made if it is not there.
        engine: an object with `label(structures)`, which returns labelled copies of a list of `ase.Atoms`.
        structures: the labelled structures that the loop starts with.
        settings: dict of what decides the result: plain values, or objects, of which their `repr` counts. The one named
            "engine" may change until something is labelled.
        budget: largest number of calls of the engine, a call being one structure; None for no limit.

    Raises:
        ValueError: the folder is that of a loop with other structures or settings.

    Example:

    >>> import tempfile
    >>> from ase.build import molecule
    >>> class Engine:
    ...     def label(self, structures):
    ...         raise RuntimeError("the engine is needed")
    >>> with tempfile.TemporaryDirectory() as path:
    ...     folder = LoopFolder(path, Engine(), [], {"seed": 0})
    ...     _ = folder.structures("water", lambda: [molecule("H2O")])
    ...     LoopFolder(path, Engine(), [], {"seed": 0}).structures("water", None)[0].symbols
    Symbols('OH2')
    """

    def __init__(self, folder, engine, structures, settings, budget=None):
        self.path, self.engine, self.initial, self.budget = Path(folder), engine, structures, budget
        (self.path / "labels").mkdir(parents=True, exist_ok=True)
        files = sorted((self.path / "labels").glob("[0-9]*.extxyz"))
        self._labels = {_key(atoms): atoms for atoms in map(ase.io.read, files)}
        self._check({**settings, "structures": len(structures), "data": _digest(structures)})

    @property
    def n_calls(self):
        """Number of structures that the engine has labelled."""
        return len(self._labels)

    @property
    def labels(self):
        """List of all structures that the engine has labelled, in the order of the calls."""
        return list(self._labels.values())

    def label(self, structures):
        """Labelled copies of structures, one call of the engine for each that it has not labelled yet.

        Raises:
            BudgetSpent: before the call that would be one too many.
        """
        return [self._labelled(atoms) for atoms in structures]

    def label_possible(self, structures):
        """As `label`, without the structures for which the engine raises a `LabelError`."""
        labelled = []
        for atoms in structures:
            with suppress(LabelError):
                labelled.append(self._labelled(atoms))
        return labelled

    def structures(self, name, make):
        """The list of structures of this name; `make()` returns it the first time."""
        path = self._file(name, ".extxyz")
        if not path.exists():
            _write_any(path, make())
        return ase.io.read(path, index=":") if path.stat().st_size else []

    def potential(self, name, make):
        """The potential of this name; `make()` trains it the first time."""
        path = self._file(name, ".keras")
        if not path.exists():
            save_keras(make(), path)
        return load_keras(path)

    def numbers(self, name, make):
        """The dict of plain values of this name; `make()` returns it the first time."""
        path = self._file(name, ".json")
        if not path.exists():
            _write(path, json.dumps(make()))
        return json.loads(path.read_text())

    def data(self, n_rounds):
        """All labelled structures after a number of rounds: those at the start, and those each round has added."""
        added = [self.structures(f"round_{k}/added", None) for k in range(n_rounds)]
        return sum(added, list(self.initial))

    def log(self, rows):
        """Writes the numbers of all rounds, a list of dicts, to log.csv."""
        _write(self.path / "log.csv", pandas.DataFrame(rows).to_csv(index=False))

    def _labelled(self, atoms):
        key = _key(atoms)
        if key not in self._labels:
            if self.budget is not None and self.n_calls >= self.budget:
                raise BudgetSpent(f"the budget of {self.budget} calls is spent")
            path = self._next_label()
            write_structures(path, self.engine.label([_as_written(atoms)]))
            self._labels[key] = ase.io.read(path)
        return self._labels[key]

    def _next_label(self):
        """A new file after all others: a label that cost hours is never overwritten."""
        numbers = [int(path.stem) for path in (self.path / "labels").glob("[0-9]*.extxyz")]
        return self.path / "labels" / f"{max(numbers, default=-1) + 1:04d}.extxyz"

    def _file(self, name, suffix):
        path = self.path / f"{name}{suffix}"
        path.parent.mkdir(exist_ok=True)
        return path

    def _check(self, settings):
        path, settings = self.path / "settings.json", json.loads(json.dumps(settings, default=_described))
        before = json.loads(path.read_text()) if path.exists() else settings
        if not self._labels:  # an engine that has labelled nothing, because it was set up wrongly, may be corrected
            before["engine"] = settings.get("engine")
        changed = [name for name in {**before, **settings} if before.get(name) != settings.get(name)]
        if changed:
            changes = ", ".join(f"{name}={settings.get(name)} after {before.get(name)}" for name in changed)
            raise ValueError(f"The folder '{self.path}' is that of a loop with other settings. Received: {changes}")
        _write(path, json.dumps(settings))


class LabelCalculator(Calculator):
    """An ASE calculator that asks for labels, for ASE's optimizers.

    Args:
        label: function from a list of `ase.Atoms` to labelled copies.
    """

    implemented_properties = ["energy", "forces"]

    def __init__(self, label):
        super().__init__()
        self.ask = label  # `label` is a name of ASE's own

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        (labelled,) = self.ask([self.atoms])
        forces = labelled.get_forces(apply_constraint=False)
        self.results = {"energy": labelled.get_potential_energy(), "forces": forces}


def _as_written(atoms):
    """The structure as it is when it has been written to a file and read."""
    written = atoms.copy()
    written.info = {}
    written.set_positions(np.round(atoms.positions, 8), apply_constraint=False)
    return written


def _key(atoms):
    text = f"{atoms.symbols} {atoms.pbc} {_numbers(np.concatenate([atoms.positions, atoms.cell.array]))}"
    return hashlib.sha256(text.encode()).hexdigest()


def _numbers(array):
    return " ".join(f"{number:.8f}" for number in (np.round(array, 8) + 0.0).ravel())  # no -0.0


def _described(thing):
    """An object in words that are the same in each run: without its address."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(thing))


def _digest(structures):
    """A hash of structures, energies and forces."""
    labels = [f"{_key(a)} {a.get_potential_energy():.8f} {_numbers(a.get_forces())}" for a in structures]
    return hashlib.sha256("".join(labels).encode()).hexdigest()


def _write_any(path, structures):
    """As `write_structures`, also for none at all, which no format of ASE holds."""
    if structures:
        write_structures(path, structures)
    else:
        _write(path, "")


def _write(path, text):
    with replacing(path) as temporary:
        temporary.write_text(text)
