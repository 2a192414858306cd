"""Silicon: temperature, pressure and conservation of energy in 100 ps, of the network beside the empirical potential.

Section 8.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017).

* 512 atoms of the crystal in LAMMPS: 5 ps at 1000 K with a thermostat, then 100 ps without, steps of 1 fs (NVE).
* Network: `si-stillinger-weber` of the zoo, made by `stillinger_weber.py`.
* Drift: slope of a straight line through the total energy, times 100 ps. Fluctuation: deviation from that line.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas
from ase.units import GPa

from atomzoo.reproductions import report
from atomzoo.reproductions.jobs import run_jobs

TEMPERATURE = 1000.0  # K
EQUILIBRATION, STEPS, EVERY = 5000, 100_000, 100
QUANTITIES = ("time", "energy", "temperature", "pressure")  # ps, eV/atom above that at the start, K, GPa


def run(seeds=None, quick=False, output=None):
    """Runs the dynamics, prints the comparison, and writes thermodynamics.csv, .md and .png.

    Args:
        seeds: Number of seeds, 1 by default.
        quick: Whether to show that it runs: few steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    partial = folder / "thermodynamics.partial.jsonl"
    jobs = [
        {"potential": potential, "seed": seed, "shorter": 100 if quick else 1}
        for seed in range(seeds or 1)
        for potential in ("network", "Stillinger-Weber")
    ]
    rows = run_jobs(trajectory, jobs, partial, "Molecular dynamics")
    rows = rows.drop(columns=["shorter", "version"]).explode([*QUANTITIES], ignore_index=True)
    rows = rows.astype(dict.fromkeys(QUANTITIES, float))
    text = _markdown(rows, quick, time.time() - start)
    report.write_results(folder, "thermodynamics", rows, text, {"": _figure(rows)})
    partial.unlink()


def trajectory(potential, seed, shorter):
    """A run at constant energy: dict of lists of `QUANTITIES`."""
    from atomzoo.reproductions.stende_2017._shared import dynamics  # here, so that only the worker processes load Keras

    with dynamics.engine(potential) as engine:
        start = dynamics.crystal(engine, TEMPERATURE, seed, EQUILIBRATION // shorter)
        frames = engine.dynamics(start, STEPS // shorter, every=EVERY, ensemble="nve")
    infos, first = [frame.info for frame in frames], frames[0].info["total_energy"]
    return {
        "time": [info["step"] / 1000 for info in infos],
        "energy": [(info["total_energy"] - first) / len(start) for info in infos],
        "temperature": [info["temperature"] for info in infos],
        "pressure": [info["pressure"] / GPa for info in infos],
    }


def _drift(run):
    """Drift over the run, and deviation from a straight line, of the energy of one trajectory, eV/atom."""
    slope, start = np.polyfit(run["time"], run["energy"], 1)
    left = run["energy"] - start - slope * run["time"]
    return slope * (run["time"].max() - run["time"].min()), left.std()


def _markdown(rows, quick, seconds):
    table = []
    for name, of_potential in rows.groupby("potential", sort=False):
        found = pandas.DataFrame(
            [
                {
                    **dict(zip(("drift", "fluctuation"), _drift(run), strict=True)),
                    **run[["temperature", "pressure"]].mean(),
                }
                for _, run in of_potential.groupby("seed")
            ]
        )
        cells = [f"{1e6 * found[column].abs().max():.2g}" for column in ("drift", "fluctuation")]
        table.append([name, *cells, report.spread(found["temperature"], 4), report.spread(found["pressure"], 3)])
    header = ["potential", "energy drift, 1e-6 eV/atom", "energy fluctuation, 1e-6 eV/atom"]
    header += ["mean temperature, K", "mean pressure, GPa"]
    parts = [
        "# Silicon at constant energy: the network and Stillinger and Weber\n",
        *([report.QUICK] if quick else []),
        f"512 atoms, {rows['time'].max():.0f} ps, steps of 1 fs; of drift and fluctuation the largest of the seeds.\n",
        report.markdown_table(header, table),
        report.footer("stende-2017/thermodynamics", seconds),
    ]
    return "\n".join(parts)


def _figure(rows):
    figure, axes = plt.subplots(3, 1, figsize=(8, 7), sharex=True, layout="constrained")
    colors = {"Stillinger-Weber": "black", "network": "tab:orange"}
    for name, run in rows[rows["seed"] == rows["seed"].min()].groupby("potential", sort=False):
        style = {"color": colors[name], "lw": 0.7, "label": name}
        axes[0].plot(run["time"], 1e6 * run["energy"], **style)
        axes[1].plot(run["time"], run["temperature"], **style)
        axes[2].plot(run["time"], run["pressure"], **style)
    for axis, label in zip(axes, ("energy - start\n(1e-6 eV/atom)", "temperature (K)", "pressure (GPa)"), strict=True):
        axis.set_ylabel(label)
    axes[0].legend(loc="upper right")
    axes[2].set_xlabel("time (ps)")
    return figure
