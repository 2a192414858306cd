"""Silicon: temperature, pressure and conservation of energy in 100 ps, of the network beside the empirical potential.

Section 8.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017).

* 512 atoms of the crystal in LAMMPS: 5 ps at 1000 K with a thermostat, then 100 ps without, steps of 1 fs (NVE).
* Network: silicon.keras of `stillinger_weber.py`.
* Drift: slope of a straight line through the total energy, times 100 ps. Fluctuation: deviation from that line.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas
from ase.units import GPa

from atomzoo.console import track
from atomzoo.reproductions.stende_2017 import writing

TEMPERATURE = 1000.0  # K
EQUILIBRATION, STEPS, EVERY = 5000, 100_000, 100


def run(seeds=None, quick=False, output=None):
    """Runs the dynamics, prints the comparison, and writes thermodynamics.csv, .md and .png.

    Args:
        seeds: Number of seeds, 1 by default.
        quick: Whether to show that it runs: few steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.stende_2017.dynamics import engines

    folder = writing.results_folder(output, quick)
    start = time.time()
    rows = []
    with engines(writing.RESULTS / "silicon.keras") as both:
        jobs = [(seed, name) for seed in range(seeds or 1) for name in both]
        for seed, name in track(jobs, "Molecular dynamics"):
            rows.append(trajectory(both[name], seed, 100 if quick else 1).assign(potential=name, seed=seed))
    rows = pandas.concat(rows)
    text = _markdown(rows, quick, time.time() - start)
    writing.write_results(folder, "thermodynamics", rows, text, {"": _figure(rows)})


def trajectory(engine, seed, shorter=1):
    """Time (ps), total energy (eV/atom), temperature (K) and pressure (GPa) of a run at constant energy."""
    from atomzoo.reproductions.stende_2017.dynamics import crystal

    start = crystal(engine, TEMPERATURE, seed, EQUILIBRATION // shorter)
    frames = engine.dynamics(start, STEPS // shorter, every=EVERY, ensemble="nve")
    return pandas.DataFrame({
        "time": [frame.info["step"] / 1000 for frame in frames],
        "energy": [frame.info["total_energy"] / len(frame) for frame in frames],
        "temperature": [frame.info["temperature"] for frame in frames],
        "pressure": [frame.info["pressure"] / GPa for frame in frames],
    })


def _drift(run):
    """Drift over the run, and deviation from a straight line, of the energy of one trajectory, eV/atom."""
    slope, start = np.polyfit(run["time"], run["energy"], 1)
    left = run["energy"] - start - slope * run["time"]
    return slope * (run["time"].max() - run["time"].min()), left.std()


def _markdown(rows, quick, seconds):
    table = []
    for name, of_potential in rows.groupby("potential", sort=False):
        found = pandas.DataFrame([
            {**dict(zip(("drift", "fluctuation"), _drift(run), strict=True)), **run[["temperature", "pressure"]].mean()}
            for _, run in of_potential.groupby("seed")
        ])
        cells = [f"{1e6 * found[column].abs().max():.2g}" for column in ("drift", "fluctuation")]
        table.append([name, *cells, writing.spread(found["temperature"], 4), writing.spread(found["pressure"], 3)])
    header = ["potential", "energy drift, 1e-6 eV/atom", "energy fluctuation, 1e-6 eV/atom"]
    header += ["mean temperature, K", "mean pressure, GPa"]
    return "\n".join([
        "# Silicon at constant energy: the network and Stillinger and Weber\n",
        *([writing.QUICK] if quick else []),
        f"512 atoms, {rows['time'].max():.0f} ps, steps of 1 fs; of drift and fluctuation the largest of the seeds.\n",
        writing.markdown_table(header, table),
        writing.footer("thermodynamics", seconds),
    ])


def _figure(rows):
    figure, axes = plt.subplots(3, 1, figsize=(8, 7), sharex=True, layout="constrained")
    colors = {"Stillinger-Weber": "black", "network": "tab:orange"}
    for name, run in rows[rows["seed"] == rows["seed"].min()].groupby("potential", sort=False):
        style = {"color": colors[name], "lw": 0.7, "label": name}
        axes[0].plot(run["time"], 1e6 * (run["energy"] - run["energy"].iloc[0]), **style)
        axes[1].plot(run["time"], run["temperature"], **style)
        axes[2].plot(run["time"], run["pressure"], **style)
    for axis, label in zip(axes, ("energy - start\n(1e-6 eV/atom)", "temperature (K)", "pressure (GPa)"), strict=True):
        axis.set_ylabel(label)
    axes[0].legend(loc="upper right")
    axes[2].set_xlabel("time (ps)")
    return figure
