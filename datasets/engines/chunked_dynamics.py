"""Molecular dynamics in short chunks that loses no finished step, whatever ends it."""

import shutil
from pathlib import Path

import ase.io
import numpy as np

from atomzoo.datasets.engines.espresso_output import read_frames
from atomzoo.datasets.engines.label_error import LabelError
from atomzoo.datasets.io.output_files import replacing


class ChunkedDynamics:
    """Molecular dynamics in chunks, each with new random velocities, appended to one extxyz file.

    The starts take turns. The first chunk of a start begins at that structure with its atoms displaced at random by
    0.05 A, the second continues from the last geometry of the first, the third begins anew, and so on. A chunk that an
    SCF failure ends early is kept as it is. The file is replaced as a whole after each chunk; the chunk under way lives
    in `<file>.work`, from where the next run takes its finished steps if this one is killed. So these two are all the
    state there is. The input of the first chunk, with all settings, stays beside the file (`.in`); a chunk with other
    settings is not appended.

    Args:
        engine: Espresso.
        path: extxyz file. Each frame has energy (eV), forces (eV/A) and, in its info, `step` (running number), `chunk`
            and `isomer` (the name of its start).
        starts: dict, name to Atoms.
        chunk_steps: steps of a chunk.
        **settings: temperature (K) and time_step (fs) of `Espresso.dynamics`.

    Example:
        >>> from atomzoo.datasets.gold_isomers import gold_isomers
        >>> run = ChunkedDynamics(Espresso({"Au": "Au.gth"}), "au4.extxyz", gold_isomers(4))  # doctest: +SKIP
        >>> run.run_chunk()  # doctest: +SKIP
        150
    """

    def __init__(self, engine, path, starts, chunk_steps=150, **settings):
        self.engine, self.path, self.starts = engine, Path(path), starts
        self.chunk_steps, self.settings = chunk_steps, settings
        self.work = self.path.with_name(self.path.name + ".work")
        self.frames = ase.io.read(self.path, index=":") if self.path.exists() else []
        self._recover()

    def run_chunk(self):
        """Run the next chunk and append its steps; return how many.

        Raises:
            LabelError: pw.x failed at the first step of two different starts.
            ValueError: the file has been made with other settings.
        """
        chunk = 1 + max((frame.info["chunk"] for frame in self.frames), default=-1)
        isomer = list(self.starts)[chunk % len(self.starts)]
        try:
            frames = self._run(self._start(chunk, isomer), chunk, isomer)
        except LabelError:
            # not even one step: begin at the isomer, displaced in another way; fails for good if that does too
            frames = self._run(self._displaced(isomer, (len(self.starts[isomer]), chunk, 1)), chunk, isomer)
        self._append(frames, chunk, isomer)
        return len(frames)

    def _start(self, chunk, isomer):
        own = [frame for frame in self.frames if frame.info["isomer"] == isomer]
        if own and (chunk // len(self.starts)) % 2:
            return own[-1].copy()
        return self._displaced(isomer, (len(self.starts[isomer]), chunk, 0))

    def _displaced(self, isomer, seed):
        atoms = self.starts[isomer].copy()
        atoms.positions += np.random.default_rng(seed).normal(scale=0.05, size=atoms.positions.shape)
        return atoms

    def _run(self, start, chunk, isomer):
        self._clear_work()
        self.work.mkdir(parents=True)
        start = start.copy()
        start.info = {"chunk": chunk, "isomer": isomer}
        ase.io.write(self.work / "start.extxyz", start)
        return self.engine.dynamics(start, self.chunk_steps, folder=self.work, **self.settings)

    def _recover(self):
        """Append what a killed run left in the work folder, unless it was killed after appending."""
        output, start = self.work / "pw.out", self.work / "start.extxyz"
        if not output.exists():
            return
        start = ase.io.read(start)
        chunk = start.info["chunk"]
        frames = read_frames(output.read_text(), start)
        if frames and all(frame.info["chunk"] != chunk for frame in self.frames):
            self._append(frames, chunk, start.info["isomer"])

    def _append(self, frames, chunk, isomer):
        self._check_settings()
        for step, frame in enumerate(frames, len(self.frames)):
            frame.info = {"step": step, "chunk": chunk, "isomer": isomer}
        self.frames += frames
        with replacing(self.path) as temporary:
            ase.io.write(temporary, self.frames, format="extxyz")
        settings = self.path.with_suffix(".in")
        if not settings.exists():
            shutil.copy(self.work / "pw.in", settings)
        self._clear_work()

    def _check_settings(self):
        before = self.path.with_suffix(".in")
        if not before.exists():
            return
        old, new = (_settings(path.read_text()) for path in (before, self.work / "pw.in"))
        if old != new:
            self._clear_work()  # or the next run would meet it again
            line = next(line for line in [*new, *old] if (line in new) != (line in old))
            raise ValueError(
                f"'{self.path}' has been made with other settings, see '{before}'. Received: {line.strip()}"
            )

    def _clear_work(self):
        # a pw.x that outlived its driver loses its files here and ends by itself
        shutil.rmtree(self.work, ignore_errors=True)


def _settings(text):
    """The lines of an input for pw.x that do not differ from chunk to chunk."""
    return [line for line in text.partition("ATOMIC_POSITIONS")[0].splitlines() if "nstep" not in line]
