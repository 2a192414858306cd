"""What is measured: a potential of 8 radial and 24 angular functions on distorted silicon.

`python -m benchmarks.silicon '{"task": "evaluation", "kind": "G5", "cells": 4}'` measures in this process.
"""

import json
import sys

import numpy as np
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction
from atomzoo.reproductions.barch_tubman_2017.studies.epoch_times import EpochTimer
from benchmarks.timing import peak_memory, processor_times

WARM_UP = 3  # epochs that are not counted: the first compiles


def distorted_silicon(cells, seed=0):
    """Diamond silicon, `cells`^3 cubic cells of 8 atoms, with Gaussian displacements of 0.15 A."""
    atoms = bulk("Si", "diamond", a=5.431, cubic=True) * (cells, cells, cells)
    atoms.positions += np.random.default_rng(seed).normal(scale=0.15, size=atoms.positions.shape)
    return atoms


def silicon_potential(kind, cutoff, **options):
    """A 32-30-30-1 tanh network on 8 G2 and 24 functions of `kind` ("G4" or "G5"), cutoff in A."""
    radial = [SymmetryFunction("G2", cutoff, eta=eta) for eta in (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0)]
    angular = [
        SymmetryFunction(kind, cutoff, eta=eta, zeta=zeta, lambda_=lambda_)
        for eta in (0.01, 0.03, 0.06, 0.1)
        for zeta in (1, 2, 4)
        for lambda_ in (-1, 1)
    ]
    return NeuralNetworkPotential.from_functions(["Si"], radial + angular, hidden=(30, 30), **options)


def evaluation(kind="G5", cells=4, cutoff=6.0, repeats=20):
    """Energy, forces and stress by TensorFlow: `evaluate_atoms`, neighbor list included; its compiled program alone."""
    atoms = distorted_silicon(cells)
    potential = silicon_potential(kind, cutoff, dtype="float64")
    total = processor_times(lambda: potential.evaluate_atoms(atoms, engine="tensorflow"), repeats)
    memory = peak_memory()
    pairs = potential.evaluator.pairs([atoms])
    chunks = list(potential.evaluator.chunks(pairs))
    compiled = processor_times(lambda: list(map(potential.evaluator.chunk_energies, chunks)), repeats)
    size = {"atoms": len(atoms), "neighbors": len(pairs.first) / len(atoms), "memory": memory}
    return _per_atom(len(atoms), total) | _per_atom(len(atoms), compiled, "compiled_") | size


def training(cells=2, cutoff=4.5, n_structures=32, batch_size=8, epochs=20):
    """A training step with energies, forces and trainable eta, by `fit` in float32, compiled by XLA."""
    structures = [_with_random_labels(distorted_silicon(cells, seed), seed) for seed in range(n_structures)]
    potential = silicon_potential("G5", cutoff, trainable_functions=("eta",))
    potential.adapt(structures)
    names = ("energy_per_atom", "forces")
    potential.compile(loss=dict.fromkeys(names, "mse"), jit_compile=True)
    dataset = potential.dataset(structures, batch_size, labels=names, shuffle=True)
    timer = EpochTimer()
    potential.fit(dataset, epochs=WARM_UP + epochs, verbose=0, callbacks=[timer])
    memory = peak_memory()
    batch = dataset[0][0]
    steps = [seconds / len(dataset) for seconds in timer.seconds[WARM_UP:]]
    counts = (batch["neighbors"] >= 0).sum(axis=-1)
    size = {"atoms": int(batch["species"].size), "neighbors": float(counts.mean()), "memory": memory}
    return _per_atom(batch["species"].size, steps) | size


def _with_random_labels(atoms, seed):
    rng = np.random.default_rng((1, seed))
    atoms.calc = SinglePointCalculator(atoms, energy=rng.normal(), forces=rng.normal(size=atoms.positions.shape))
    return atoms


def _per_atom(n_atoms, seconds, prefix=""):
    microseconds = np.array(seconds) / n_atoms * 1e6
    return {f"{prefix}minimum": float(microseconds.min()), f"{prefix}median": float(np.median(microseconds))}


if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    print(json.dumps({"evaluation": evaluation, "training": training}[options.pop("task")](**options)))
