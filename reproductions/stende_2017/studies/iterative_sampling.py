"""Silicon by iterative sampling: MD with the networks, labels of what they handle badly, until nothing is found.

Section 7.1.1 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc
thesis, University of Oslo (2017), with the criterion of several networks of N. Artrith and J. Behler, Phys. Rev. B 85,
045439 (2012).

* Start: 20 structures of the crystal at 300 K, of 8 and 64 atoms, labelled by the potential of Stillinger and Weber.
* Each round: two networks (the 31 short functions of `potentials`, one layer of 10) are trained on all structures; the
  first runs in LAMMPS at 1500 K, four times from structures of the data; frames that break a limit are labelled and
  join the data, 20 at most.
* Bad: the network's energy is off by more than 2 meV/atom, a symmetry function is outside its range in the data by more
  than a tenth of the range, or the standard deviation of the networks' energies is above 2 meV/atom. The first
  needs labels of all frames, which are cheap here.
* Result (iterative_sampling.md): the first networks lose the crystal at once; trained on 20 of those frames, the next
  meet nothing bad in 80. With half these limits some frames stay bad: networks this small are no better.
* Test structures: the crystal at 1500 K, of dynamics with the empirical potential itself; never added.
"""

import shutil
import tempfile
import time
from functools import partial
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas
from matplotlib.ticker import MaxNLocator

from atomzoo.console import track
from atomzoo.datasets.empirical import diamond_silicon, stillinger_weber
from atomzoo.datasets.engines.lammps import Lammps
from atomzoo.models.relaxation.isomers import BondRange, is_whole
from atomzoo.reproductions import report
from atomzoo.reproductions.stende_2017._shared import potentials

START, TEMPERATURE = 300.0, 1500.0  # K
LIMITS = {"energy": 2e-3, "range": 0.1, "disagreement": 2e-3}  # eV/atom, widths of the range, eV/atom
NAMES = {"energy": "energy", "range": "range", "disagreement": "disagreement of networks"}
HIDDEN, ITERATIONS = (10,), 300
RUNS, STEPS, TIME_STEP = 4, 1000, 2.0  # of the dynamics of a round; fs
EVERY, FINE = 50, 5  # steps from frame to frame; where the crystal is lost
# A, of a crystal; it is lost when distances are below 0.8 times the first or above 1.25 times the others.
BONDS = BondRange(shortest={(14, 14): 2.1}, nearest={14: 2.7}, longest=2.7)
MOST, MAX_ROUNDS = 20, 15


def run(seeds=None, quick=False, output=None):
    """Runs the loop, prints the rounds, and writes iterative_sampling.csv, .md and .png.

    Args:
        seeds: Number of seeds, 2 by default.
        quick: Whether to show that it runs: one seed, two rounds, few steps, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder = report.results_folder("stende-2017", output, quick)
    partial_folder = folder / "iterative_sampling.partial"
    start = time.time()
    tables = [
        rounds(seed, partial_folder / str(seed), quick)
        for seed in track(range(seeds or (1 if quick else 2)), "Iterative sampling")
    ]
    rows = pandas.concat(tables)
    text = _markdown(rows, quick, time.time() - start)
    report.write_results(folder, "iterative_sampling", rows, text, {"": _figure(rows)})
    shutil.rmtree(partial_folder)


def rounds(seed, folder, quick=False):
    """The rounds of one loop: a `pandas.DataFrame`, as of log.csv, with errors on the test structures.

    Args:
        seed: Of data, networks and dynamics.
        folder: `Path` of the loop, where a run that was killed goes on.
        quick: Whether to do two rounds of few steps only.
    """
    from atomzoo import load_potential  # here, so that the docstring can be read without Keras
    from atomzoo.models.active_learning.refine import iterative_sampling, train_on_forces
    from atomzoo.models.potential.prediction_errors import prediction_errors

    shorter = 20 if quick else 1
    network = {"functions": potentials.functions("short"), "cutoff_function": potentials.CUTOFF_FUNCTIONS["short"]}
    train = partial(train_on_forces, hidden=HIDDEN, iterations=ITERATIONS // shorter, **network)
    sample = partial(dynamics, steps=STEPS // shorter)
    folder.parent.mkdir(exist_ok=True)
    options = {"train": train, "sample": sample, "most": MOST, "max_rounds": 2 if quick else MAX_ROUNDS, "seed": seed}
    found = iterative_sampling(initial_data(seed), stillinger_weber(), folder, LIMITS, **options)
    test = held_out_data()
    errors = []
    for row in found.rounds:
        potential = load_potential(folder / f"round_{row['round']}" / "potential_0.keras")
        error = prediction_errors(test, potential.evaluate_atoms(test))
        errors.append({f"test_{label}": 1e3 * error[label].rmse for label in ("energy", "forces")})
    return pandas.DataFrame(found.rounds).join(pandas.DataFrame(errors)).assign(seed=seed, converged=found.converged)


def initial_data(seed):
    """10 structures of 8 and 10 of 64 atoms at 300 K, labelled."""
    engine, settings = stillinger_weber(), {"time_step": TIME_STEP, "every": 50, "seed": seed}
    runs = [engine.dynamics(diamond_silicon(repeat), 600, START, **settings) for repeat in (1, 2)]
    return [_plain(frame, frame.calc) for frames in runs for frame in frames[-10:]]


def held_out_data():
    """20 structures of 64 atoms at 1500 K, labelled."""
    settings = {"time_step": TIME_STEP, "every": 200, "seed": 1000}
    return stillinger_weber().dynamics(diamond_silicon(2), 5000, TEMPERATURE, **settings)[-20:]


def dynamics(potential, structures, seed, steps):
    """Frames of four runs of LAMMPS with the potential, 64 atoms, 1500 K, from structures of the data."""
    from atomzoo.models.formats.lammps import pair_commands, write_lammps

    rng = np.random.default_rng(seed)
    starts = [atoms for atoms in structures if len(atoms) == 64]
    frames = []
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "model.nn"
        write_lammps(potential, network)
        engine = Lammps(pair_commands(network, potential.elements), potential.elements)
        for number in range(RUNS):
            start = _plain(starts[rng.integers(len(starts))])
            frames += _trajectory(engine, start, steps, seed=[seed, number])
    return frames


def _trajectory(engine, atoms, steps, seed):
    """Frames of one run, the last of each piece; of a piece in which the crystal is lost all frames until then.

    A network far from its data would soon lead to energies of which nothing can be learnt, or that LAMMPS cannot bear.
    """
    frames = []
    for _ in range(0, steps, EVERY):
        piece = engine.dynamics(atoms, EVERY, TEMPERATURE, TIME_STEP, FINE, seed=seed)[1:]
        lost = [k for k, frame in enumerate(piece) if not is_whole(frame, BONDS)]
        if lost:
            return frames + [_plain(frame) for frame in piece[: lost[0] + 1]]
        atoms = piece[-1]
        frames.append(_plain(atoms))
    return frames


def _plain(atoms, calculator=None):
    """A copy without velocities and notes."""
    copy = atoms.copy()
    copy.info = {}
    copy.set_array("momenta", None)
    copy.calc = calculator
    return copy


def _markdown(rows, quick, seconds):
    header = ["round", "structures", "frames", "bad", *(f"by {name}" for name in NAMES.values())]
    header += ["test error: energy, meV/atom", "forces, meV/Å"]
    lines = [
        "# Silicon by iterative sampling\n",
        *([report.QUICK] if quick else []),
        f"Frames: of {RUNS} runs of {STEPS * TIME_STEP / 1000:.0f} ps at {TEMPERATURE:.0f} K with the network.",
        f"Bad: energy off by more than {1e3 * LIMITS['energy']:g} meV/atom, a symmetry function out of its range by",
        f"more than {LIMITS['range']:g} of it, or networks {1e3 * LIMITS['disagreement']:g} meV/atom apart.",
        f"At most {MOST} of them are labelled in each round.\n",
    ]
    for seed, of_seed in rows.groupby("seed"):
        end = "no frame is bad" if of_seed["converged"].all() else "not converged"
        lines.append(f"## Seed {seed}: {end} after {len(of_seed)} rounds\n")
        counts = of_seed[["round", "structures", "frames", "bad", *(f"bad_{name}" for name in NAMES)]]
        errors = of_seed[["test_energy", "test_forces"]].map("{:.3g}".format)
        lines.append(report.markdown_table(header, counts.join(errors).values.tolist()))
    return "\n".join([*lines, report.footer("stende-2017/iterative-sampling", seconds)])


def _figure(rows):
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    styles = ("-", "--", ":", "-.")
    for (seed, of_seed), style in zip(rows.groupby("seed"), styles * len(rows), strict=False):
        label = {"ls": style, "marker": ".", "label": f"seed {seed}"}
        axes[0].plot(of_seed["round"], of_seed["bad"], color="black", **label)
        for name, color in zip(NAMES, ("tab:blue", "tab:orange", "tab:green"), strict=True):
            label = f"by {NAMES[name]}" if seed == rows["seed"].min() else None
            axes[0].plot(of_seed["round"], of_seed[f"bad_{name}"], color=color, ls=style, lw=0.8, label=label)
        for name, color in (("energy", "tab:blue"), ("forces", "tab:red")):
            unit = {"energy": "energy (meV/atom)", "forces": "forces (meV/Å)"}[name]
            label = unit if seed == rows["seed"].min() else None
            axes[1].semilogy(of_seed["round"], of_seed[f"test_{name}"], color=color, ls=style, marker=".", label=label)
    axes[0].set_ylabel("bad structures")
    axes[1].set_ylabel("error on test structures")
    for axis in axes:
        axis.set_xlabel("round")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend()
    return figure
