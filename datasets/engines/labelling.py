"""Labelling of many structures, one by one, that loses no label, whatever ends it."""

import os
from pathlib import Path

import ase.io

from atomzoo.datasets.engines.jobs import completed
from atomzoo.datasets.engines.label_error import LabelError
from atomzoo.datasets.io.reading import read_structures


class LabelledFile:
    """The structures of one file, and an extxyz file that grows by one of them, labelled, at a time.

    The output is all the state there is: a frame that a kill cut short is taken off when it is opened again, and
    labelling goes on with the next structure.

    Args:
        engine: object with `single_point(atoms)`, as `Espresso`.
        source: file of structures, all with as many atoms.
        path: extxyz file. Each frame has energy (eV), forces (eV/A) and, in its info, `source`, its number there.

    Raises:
        ValueError: the two files are one.

    Example:
        >>> from atomzoo.datasets.dense_hydrogen import reference_engine
        >>> file = LabelledFile(reference_engine(), "sampled1.extxyz", "set1.extxyz")  # doctest: +SKIP
        >>> file.label_next()  # doctest: +SKIP
        True
    """

    def __init__(self, engine, source, path):
        self.engine, self.path = engine, Path(path)
        self.structures = read_structures(source)
        if self.path.resolve() == Path(source).resolve():
            raise ValueError(f"Labels are not written over their structures. Received: {source}")
        done = self._whole_frames()
        self.n_labelled, self._next = len(done), 1 + max(done, default=-1)

    def label_next(self):
        """Label the next structure; return whether there was one.

        A structure that the engine cannot label is left out.

        Raises:
            LabelError: two of them, one after the other, cannot be labelled.
        """
        if self._next >= len(self.structures):
            return False
        try:
            labelled = self.engine.single_point(self.structures[self._next])
        except LabelError:
            self._next += 1
            if self._next >= len(self.structures):
                return False
            labelled = self.engine.single_point(self.structures[self._next])
        self._append(labelled)
        return True

    def label_rest(self, n_processes=None, scheduler=None):
        """Label all structures that are left at once, for engines that use one core; the order is kept.

        A structure that the engine cannot label is left out. A run that is killed loses what is being worked on, and
        what was finished after that.

        Args:
            n_processes, scheduler: see `completed`.

        Raises:
            LabelError: two structures, one after the other, cannot be labelled.
        """
        failed, results, last = False, {}, self._next
        jobs = [{"engine": self.engine, "atoms": atoms} for atoms in self.structures[last:]]
        for number, labelled, error in completed(_label, jobs, n_processes=n_processes, scheduler=scheduler):
            results[last + number] = labelled, error
            while self._next in results:
                labelled, error = results.pop(self._next)
                if error is None:
                    self._append(labelled)
                elif failed or not isinstance(error, LabelError):
                    raise error
                else:
                    self._next += 1
                failed = error is not None

    def _append(self, labelled):
        labelled.info = {"source": self._next}
        with self.path.open("a") as file:
            ase.io.write(file, labelled, format="extxyz")
            file.flush()
            os.fsync(file.fileno())
        self.n_labelled, self._next = self.n_labelled + 1, self._next + 1

    def _whole_frames(self):
        """Truncate the output after its last whole frame; return the numbers of its structures."""
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().splitlines(keepends=True)
        n_whole = sum(line.endswith(b"\n") for line in lines)
        n_lines = len(self.structures[0]) + 2  # of a frame
        kept = lines[: n_whole // n_lines * n_lines]
        with self.path.open("r+b") as file:
            file.truncate(sum(map(len, kept)))
        return [atoms.info["source"] for atoms in ase.io.iread(self.path)] if kept else []


def _label(engine, atoms):
    return engine.single_point(atoms)


def label_in_turns(files, target, report=print):
    """Label structures of several files until each has its number, that with the fewest first.

    Args:
        files: dict, name to `LabelledFile`.
        target: number of labelled structures for each file; fewer where the structures end.
        report: function of a str, called after each hundred of a file, and at its end.
    """
    waiting = dict(files)
    while waiting:
        name = min(waiting, key=lambda key: waiting[key].n_labelled)
        file = waiting[name]
        ended = file.n_labelled >= target or not file.label_next()
        if ended:
            del waiting[name]
        if ended or file.n_labelled % 100 == 0:
            report(f"{name}: {file.n_labelled} of {target} labelled")
