"""Dense hydrogen by molecular dynamics with a potential trained on a first few hundred DFT samples, as in the paper.

    dynamics="python -m atomzoo.reproductions.barch_tubman_2017.studies.hydrogen_dynamics"
    $dynamics labelled1/set?.extxyz --frames 1000 -o sampled

trains the potential (sampled/first.keras) and writes the sets (sampled/set1.extxyz ...), labelled by the potential: the
sets of B. Barch and N. Tubman (UCB/EECS-2017-104, 2017). Structures are 30 fs apart, in eight independent trajectories
a set, and written 200 at a time: a run that was stopped, or asked for fewer, goes on from there.
`atomzoo.datasets.generate label` labels them by DFT.
"""

import argparse
from pathlib import Path

import ase.io
import numpy as np
from ase import units
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.dense_hydrogen import N_TRAJECTORIES, POINTS, cell_length
from atomzoo.datasets.io.output_files import write_structures

TIME_STEP = 0.5 * units.fs
FRICTION = 0.02 / units.fs
STEPS = 60  # between frames: 30 fs
EQUILIBRATION = 600  # steps
BLOCK = 25  # frames of each replica, written together
CLOSEST = 0.45  # A; no pair of atoms is in the first samples, and a trajectory that gets there begins anew
LARGEST_FORCE = 60.0  # eV/A
ITERATIONS = 300  # of L-BFGS


class Langevin:
    """Some copies of the system at one temperature, evaluated together; a copy that leaves the data begins anew.

    Args:
        potential: `NeuralNetworkPotential`.
        starts: list of `Atoms` of the same cell, from which copies begin at random.
        temperature: K.
        seed: of starts, velocities and noise.
        copies: list of `Atoms` to go on from, with new velocities; None to begin.
    """

    def __init__(self, potential, starts, temperature, seed=0, copies=None):
        self.potential, self.starts, self.rng = potential, starts, np.random.default_rng(seed)
        self.copies = [atoms.copy() for atoms in copies or [self._start() for _ in range(N_TRAJECTORIES)]]
        self.width = np.sqrt(units.kB * temperature / starts[0].get_masses())[:, None]
        self.velocities = self._thermal(len(self.copies))
        self.n_restarts = 0
        self._evaluate()

    def run(self, steps):
        """Leimkuhler and Matthews's splitting BAOAB, Appl. Math. Res. Express 2013, 34 (2013)."""
        kept = np.exp(-FRICTION * TIME_STEP)
        masses = self.starts[0].get_masses()[:, None]
        for _ in range(steps):
            self.velocities += 0.5 * TIME_STEP * self.forces / masses
            self._move()
            self.velocities = kept * self.velocities + np.sqrt(1 - kept**2) * self._thermal(len(self.copies))
            self._move()
            self._evaluate()
            self.velocities += 0.5 * TIME_STEP * self.forces / masses

    def frames(self):
        """Copies of the present structures, labelled by the potential."""
        frames = []
        for atoms, energy, forces in zip(self.copies, self.energies, self.forces, strict=True):
            frame = atoms.copy()
            frame.calc = SinglePointCalculator(frame, energy=energy, forces=forces.copy())
            frames.append(frame)
        return frames

    def _start(self):
        atoms = self.starts[self.rng.integers(len(self.starts))].copy()
        atoms.calc, atoms.info = None, {}
        return atoms

    def _thermal(self, n_copies):
        return self.width * self.rng.normal(size=(n_copies, len(self.starts[0]), 3))

    def _move(self):
        for atoms, velocities in zip(self.copies, self.velocities, strict=True):
            atoms.positions += 0.5 * TIME_STEP * velocities

    def _evaluate(self):
        for k, atoms in enumerate(self.copies):
            if _closest(atoms) < CLOSEST:
                self._restart(k)
        results = self.potential.evaluate_atoms(self.copies)
        self.energies = [result["energy"] for result in results]
        self.forces = np.array([result["forces"] for result in results])
        for k in np.flatnonzero(np.abs(self.forces).max(axis=(1, 2)) > LARGEST_FORCE):
            self._restart(k)
            result = self.potential.evaluate_atoms(self.copies[k])
            self.energies[k], self.forces[k] = result["energy"], result["forces"]

    def _restart(self, k):
        self.copies[k], self.velocities[k] = self._start(), self._thermal(1)[0]
        self.n_restarts += 1


def _closest(atoms):
    """The smallest distance in A, of nearest images in a cubic cell."""
    length = atoms.cell[0, 0]
    difference = atoms.positions[:, None] - atoms.positions
    squares = ((difference - length * np.rint(difference / length)) ** 2).sum(axis=-1)
    return np.sqrt(squares[np.triu_indices(len(atoms), 1)].min())


def extend(path, potential, starts, temperature, n_frames, seed=0):
    """Adds structures of molecular dynamics, labelled by the potential, to a file, until it has `n_frames` or more."""
    frames = ase.io.read(path, index=":") if path.exists() else []
    while len(frames) < n_frames:
        dynamics = Langevin(potential, starts, temperature, (seed, len(frames)), frames[-N_TRAJECTORIES:])
        dynamics.run(STEPS if frames else EQUILIBRATION)
        for _ in range(BLOCK):
            dynamics.run(STEPS)
            frames += dynamics.frames()
        write_structures(path, frames)
        print(f"{path}: {len(frames)} of {n_frames} structures, {dynamics.n_restarts} restarts", flush=True)


def first_potential(structures, path, iterations=ITERATIONS):
    """The potential of `path`, or if that is not there, one trained on energies and forces of structures."""
    from atomzoo import NeuralNetworkPotential, fit, load_potential, save_potential
    from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen

    if not path.exists():
        potential = NeuralNetworkPotential.from_functions(
            ["H"], hydrogen.angular_set(), hydrogen.HIDDEN, scaling="z-score", dtype="float64"
        )
        potential.adapt(structures)
        losses = fit(potential, structures, forces="exact", optimizer="lbfgs", epochs=iterations)["loss"]
        save_potential(potential, path)
        print(f"trained on {len(structures)} structures, loss {losses[-1]:.3g}", flush=True)
    return load_potential(path, dtype="float32")


def main(arguments=None):
    """Trains and samples; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", nargs="+", type=Path, help="DFT samples of all sets")
    parser.add_argument("--frames", type=int, default=1000, help="structures of each set (default: %(default)s)")
    parser.add_argument("--every", type=int, default=8, help="train on every n-th sample (default: %(default)s)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    structures = [atoms for path in options.first for atoms in ase.io.read(path, index=f"::{options.every}")]
    potential = first_potential(structures, options.output / "first.keras")
    for number, (_, temperature) in POINTS.items():
        starts = [atoms for atoms in structures if np.isclose(atoms.cell[0, 0], cell_length(number), atol=1e-4)]
        if starts:
            extend(options.output / f"set{number}.extxyz", potential, starts, temperature, options.frames, number)


if __name__ == "__main__":
    main()
