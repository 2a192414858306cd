"""Silicon: radial distribution functions of crystal and melt, of the network beside the empirical potential.

Section 8.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017), which finds no visible difference for the crystal.

* 512 atoms in LAMMPS, steps of 1 fs, constant volume: the crystal at 1000 K; the melt at 2000 K and 2.53 g/cm^3,
  molten at 4000 K anew by each potential. After equilibration 20 ps, a frame each 100 fs.
* Network: silicon.keras of `stillinger_weber.py`.
* Sampling error: the runs are repeated with several seeds. The two functions are compared bin by bin with the standard
  errors of their means over seeds (t, of some N(0, 1) if the functions are the same, but for few seeds of wider tails):
  its root mean square is near 1, or a little above, where there is no difference.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas

from atomzoo.console import track
from atomzoo.reproductions.stende_2017 import writing

TEMPERATURES = {"crystal": 1000.0, "melt": 2000.0}  # K
EQUILIBRATION, STEPS, EVERY = 5000, 20_000, 100


def run(seeds=None, quick=False, output=None):
    """Runs the dynamics, prints the comparison, and writes radial_distribution.csv, .md and .png.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: two seeds, few steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.stende_2017.dynamics import engines

    folder = writing.results_folder(output, quick)
    start = time.time()
    rows = []
    with engines(writing.RESULTS / "silicon.keras") as both:
        repeats = seeds or (2 if quick else 5)
        jobs = [(seed, phase, name) for seed in range(repeats) for phase in TEMPERATURES for name in both]
        for seed, phase, name in track(jobs, "Molecular dynamics"):
            r, g = sample(both[name], phase, seed, 50 if quick else 1)
            rows.append(pandas.DataFrame({"phase": phase, "potential": name, "seed": seed, "r": r, "g": g}))
    rows = pandas.concat(rows)
    text = _markdown(rows, quick, time.time() - start)
    writing.write_results(folder, "radial_distribution", rows, text, {"": _figure(rows)})


def sample(engine, phase, seed, shorter=1):
    """Equilibrates and samples: distances and g(r)."""
    from atomzoo.reproductions.stende_2017.dynamics import crystal, melt, radial_distribution

    steps = EQUILIBRATION // shorter
    temperature = TEMPERATURES[phase]
    atoms = crystal(engine, temperature, seed, steps) if phase == "crystal" else melt(engine, seed, steps)
    frames = engine.dynamics(atoms, STEPS // shorter, temperature, every=EVERY)
    return radial_distribution(frames[1:])


def _compared(rows, phase):
    """Distances, and mean and standard error of g of the two potentials, each (bins,)."""
    table = rows[rows["phase"] == phase].pivot_table(index="r", columns=["potential", "seed"], values="g")
    found = {name: table[name] for name in ("Stillinger-Weber", "network")}
    return table.index, {name: (g.mean(axis=1), g.sem(axis=1)) for name, g in found.items()}


def _markdown(rows, quick, seconds):
    table = []
    for phase, temperature in TEMPERATURES.items():
        r, both = _compared(rows, phase)
        (g, error), (other, other_error) = both["Stillinger-Weber"], both["network"]
        total = np.hypot(error, other_error)
        known = total > 0
        t = ((other - g) / total)[known]
        table.append([
            f"{phase}, {temperature:.0f} K", f"{r[g.argmax()]:.3f}", f"{r[other.argmax()]:.3f}", f"{g.max():.3f}",
            f"{other.max():.3f}", f"{(other - g).abs().max():.3f}", f"{total.max():.3f}", f"{np.sqrt((t**2).mean()):.2f}",
        ])  # fmt: skip
    header = ["", "first peak, Å: SW", "network", "its height: SW", "network"]
    header += ["largest difference", "largest standard error of it", "rms of difference / error"]
    return "\n".join([
        "# Silicon: radial distribution functions of the network and of Stillinger and Weber\n",
        *([writing.QUICK] if quick else []),
        f"512 atoms, {rows['seed'].nunique()} seeds of each, {STEPS / 1000:.0f} ps; bins of 0.05 Å.\n",
        writing.markdown_table(header, table),
        writing.footer("radial_distribution", seconds),
    ])


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
