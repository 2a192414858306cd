"""Silicon: radial distribution functions of crystal and melt, of the network beside the empirical potential.

Section 8.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017), which finds no visible difference for the crystal.

* 512 atoms in LAMMPS, steps of 1 fs, constant volume: the crystal at 1000 K; the melt at 2000 K and 2.53 g/cm^3,
  molten at 4000 K anew by each potential. After equilibration 10 ps, a frame each 50 fs.
* Network: `si-stillinger-weber` of the zoo, made by `stillinger_weber.py`.
* Sampling error: the runs are repeated with several seeds. The two functions are compared bin by bin with the standard
  errors of their means over seeds (t, of some N(0, 1) if the functions are the same, but for few seeds of wider tails):
  its root mean square is near 1, or a little above, where there is no difference.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.jobs import run_jobs

TEMPERATURES = {"crystal": 1000.0, "melt": 2000.0}  # K
EQUILIBRATION, STEPS, EVERY = 5000, 10_000, 50


def run(seeds=None, quick=False, output=None):
    """Runs the dynamics, prints the comparison, and writes radial_distribution.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: two seeds, few steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    partial = folder / "radial_distribution.partial.jsonl"
    jobs = [
        {"phase": phase, "potential": potential, "seed": seed, "shorter": 50 if quick else 1}
        for seed in range(seeds or (2 if quick else 5))
        for phase in TEMPERATURES
        for potential in ("Stillinger-Weber", "network")
    ]
    rows = run_jobs(sample, jobs, partial, "Molecular dynamics").explode(["r", "g"], ignore_index=True)
    rows = rows.drop(columns=["shorter", "version"]).astype({"r": float, "g": float})
    text = _markdown(rows, quick, time.time() - start)
    report.write_results(folder, "radial_distribution", rows, text, {"": _figure(rows)}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes radial_distribution.md and .png anew from the recorded csv in a folder (`Path`)."""
    rows, name = report.recorded_rows(folder, "radial_distribution"), "radial_distribution"
    report.redraw_results(folder, name, _markdown(rows, False, 0.0), {"": _figure(rows)}, beside_paper(rows))


def beside_paper(rows):
    """The table of `beside` of rows of `sample`, one a distance."""
    largest, error, rms = _difference(*_compared(rows, "crystal"))[-3:]
    ours = f"root mean square of difference / error {rms:.2f}; largest difference {largest:.3f}, error {error:.3f}"
    return beside("stende_2017", {"radial-distribution": {"crystal": ours}})


def sample(phase, potential, seed, shorter):
    """Equilibrates and samples: dict of distances r (A) and g, lists."""
    from atomzoo.reproductions.stende_2017._shared import dynamics  # here, so that only the worker processes load Keras

    steps, temperature = EQUILIBRATION // shorter, TEMPERATURES[phase]
    with dynamics.engine(potential) as engine:
        start = {"crystal": dynamics.crystal, "melt": dynamics.melt}[phase](engine, temperature, seed, steps)
        frames = engine.dynamics(start, STEPS // shorter, temperature, every=EVERY)
    r, g = dynamics.radial_distribution(frames[1:])
    return {"r": r.tolist(), "g": g.tolist()}


def _compared(rows, phase):
    """Distances, and mean and standard error of g of the two potentials, each (bins,)."""
    table = rows[rows["phase"] == phase].pivot_table(index="r", columns=["potential", "seed"], values="g")
    found = {name: table[name] for name in ("Stillinger-Weber", "network")}
    return table.index, {name: (g.mean(axis=1), g.sem(axis=1)) for name, g in found.items()}


def _difference(r, both):
    """First peaks of both functions, their heights, the largest difference, its largest error, rms of their ratio."""
    (g, error), (other, other_error) = both["Stillinger-Weber"], both["network"]
    total = np.hypot(error, other_error)
    t = ((other - g) / total)[total > 0]
    peaks = r[g.argmax()], r[other.argmax()], g.max(), other.max()
    return [*peaks, (other - g).abs().max(), total.max(), np.sqrt((t**2).mean())]


def _markdown(rows, quick, seconds):
    table = []
    for phase, temperature in TEMPERATURES.items():
        numbers = _difference(*_compared(rows, phase))
        table.append([f"{phase}, {temperature:.0f} K", *(f"{number:.3f}" for number in numbers)])
    header = ["", "first peak, Å: SW", "network", "its height: SW", "network"]
    header += ["largest difference", "largest standard error of it", "rms of difference / error"]
    parts = [
        "# Silicon: radial distribution functions of the network and of Stillinger and Weber\n",
        *([report.QUICK] if quick else []),
        f"512 atoms, {rows['seed'].nunique()} seeds of each, {STEPS / 1000:.0f} ps; bins of 0.05 Å.\n",
        report.markdown_table(header, table),
        section(beside_paper(rows)),
        report.footer("stende-2017/radial-distribution", seconds),
    ]
    return "\n".join(parts)


def _figure(rows):
    figure, axes = plt.subplots(2, 2, figsize=(10, 6), height_ratios=(3, 1), sharex=True, layout="constrained")
    for (top, bottom), phase in zip(axes.T, TEMPERATURES, strict=True):
        r, both = _compared(rows, phase)
        (g, error), (other, other_error) = both["Stillinger-Weber"], both["network"]
        top.plot(r, g, color="black", lw=2.5, label="Stillinger-Weber")
        top.plot(r, other, color="tab:orange", lw=1.2, label="network")
        band = 2 * np.hypot(error, other_error)
        bottom.fill_between(r, -band, band, color="0.8", label="two standard errors")
        bottom.plot(r, other - g, color="tab:orange", lw=1.0, label="network - SW")
        top.set_title(f"{phase}, {TEMPERATURES[phase]:.0f} K")
        bottom.set_xlabel("r (Å)")
    axes[0, 0].set_ylabel("g(r)")
    axes[1, 0].set_ylabel("difference")
    axes[0, 1].legend()
    axes[1, 1].legend(fontsize=8)
    return figure
