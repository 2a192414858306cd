"""Quartz: forces of the sampled environments, with and without the sampling that favors large forces.

Section 7.1 and Figure 7.1 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular
dynamics, MSc thesis, University of Oslo (2017).

In thermal equilibrium large forces are rare, so that a network trained on environments sampled at equal intervals knows
them badly. The thesis samples an atom again after floor(alpha / |F|) steps, at least 1 and tau_max at most (equation
7.2), which makes the interval short where the force is large, and shows the histograms of the forces of both samplings:
the sampling takes far fewer small forces, keeps all large ones, and is not uniform.

* The thesis: one Si atom of 576 in quartz at constant energy, of an initial temperature of 1000 K, 10 000 steps;
  alpha = 3.0, tau_max = 10. Its listing changes the interval every tau_max steps only. Fractions are in its drawing.
* Here: all atoms, Si and O, of alpha-quartz with 576 atoms, Vashishta's potential, in LAMMPS, held at 1000 K, steps of
  1 fs, 1000 of equilibration and 1000 of sampling; an interval follows from the force at its beginning. From an initial
  temperature of 1000 K constant energy would lead to some 500 K, and to smaller forces than here.
* Samplings: every tenth step, and equation 7.2 with alpha = 3.0 eV/A and tau_max = 10, as in the thesis.
* Result (results/figure_7_1.md): the mean force is 2.9 eV/A, so that with alpha = 3.0 most intervals are 1 step.
  Equation 7.2 then takes nine tenths of all environments, and what it changes are the small forces, which it leaves
  out; the share of large ones grows by a tenth only. With alpha = 30 eV/A (ours) it favors the large forces. The
  histograms jump where floor(alpha / |F|) does.
"""

import time

import numpy as np
import pandas

from atomzoo.datasets.empirical import alpha_quartz, vashishta
from atomzoo.datasets.sampling import sampled_steps
from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed

TEMPERATURE = printed("stende_2017", "figure-7-1", "temperature")  # K
ALPHAS = {"alpha_3": printed("stende_2017", "figure-7-1", "alpha"), "alpha_30": 30.0}  # eV/A; the second is ours
MAX_INTERVAL = int(printed("stende_2017", "figure-7-1", "tau max"))  # steps
EQUILIBRATION, STEPS = 1000, 1000
BIN = 0.25  # eV/A
THRESHOLDS = (1, 2, 3, 4, 6)  # eV/A
SAMPLINGS = {"uniform": "every 10th step", "alpha_3": "eq. 7.2, α = 3 eV/Å", "alpha_30": "eq. 7.2, α = 30 eV/Å"}


def run(seeds=None, quick=False, output=None):
    """Runs the dynamics, and writes figure_7_1.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds of the dynamics, 1 by default; their samples are put together.
        quick: Whether to show that it runs: 72 atoms and a tenth of the steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    forces = [quartz_forces(seed, quick) for seed in range(seeds or 1)]
    samples = [samplings(trajectory) for trajectory in forces]
    magnitudes = {name: np.concatenate([sample[name] for sample in samples]) for name in SAMPLINGS}
    rows = pandas.concat([_histogram(sample).assign(seed=seed) for seed, sample in enumerate(samples)])
    text = _markdown(magnitudes, forces, quick, time.time() - start)
    report.write_results(folder, "figure_7_1", rows, text, {"": _figure(magnitudes)}, beside_paper(magnitudes, forces))


def quartz_forces(seed, quick=False):
    """Forces (T, N, 3), eV/A, of quartz in successive steps at 1000 K."""
    engine, scale = vashishta(), 10 if quick else 1
    settings = {"seed": seed, "every": EQUILIBRATION // scale}
    crystal = alpha_quartz(2 if quick else 4)
    warm = engine.dynamics(crystal, EQUILIBRATION // scale, TEMPERATURE, **settings)[-1]
    frames = engine.dynamics(warm, STEPS // scale, TEMPERATURE, every=1)
    return np.array([frame.get_forces() for frame in frames])


def samplings(forces):
    """The magnitudes of the forces, eV/A, of the environments that each sampling takes: dict of arrays."""
    magnitudes = np.linalg.norm(forces, axis=-1)
    by_force = {name: magnitudes[sampled_steps(forces, alpha, MAX_INTERVAL)] for name, alpha in ALPHAS.items()}
    return {"uniform": magnitudes[::MAX_INTERVAL].ravel(), **by_force}


def _histogram(magnitudes):
    """Fractions of the environments, a row a bin of |F|."""
    edges = np.arange(0, max(map(np.max, magnitudes.values())) + BIN, BIN)
    rows = pandas.DataFrame({"force_from_eV_per_A": edges[:-1], "force_to_eV_per_A": edges[1:]})
    for name, values in magnitudes.items():
        counts = np.histogram(values, edges)[0]
        rows[f"{name}_environments"] = counts
        rows[f"{name}_fraction"] = counts / len(values)
    return rows.assign(temperature_K=TEMPERATURE, max_interval=MAX_INTERVAL)


def beside_paper(magnitudes, forces):
    """The table of `beside` of magnitudes by sampling and forces of trajectories (T, N, 3)."""
    n_steps, n_atoms, _ = forces[0].shape
    ours = {"atoms": n_atoms, "temperature": TEMPERATURE, "steps": n_steps - 1}
    ours |= {"alpha": ALPHAS["alpha_3"], "tau max": MAX_INTERVAL}
    for name in ("low", "high"):
        limits = [printed("stende_2017", "figure-7-1", f"{name} forces, {end}") for end in ("from", "to")]
        shares = (
            f"{100 * _share(magnitudes[key], *limits):.1f} % ({SAMPLINGS[key]})" for key in ("uniform", "alpha_3")
        )
        ours |= {f"{name} forces, from": limits[0], f"{name} forces, to": f"{limits[1]:g}: {'; '.join(shares)}"}
    counts = (
        f"{100 * len(magnitudes[key]) / sum(f[..., 0].size for f in forces):.0f} %" for key in ("uniform", "alpha_3")
    )
    ours["effect of the sampling"] = (
        f"of all environments every tenth step takes {next(counts)}, equation 7.2 {next(counts)}"
    )
    return beside("stende_2017", {"figure-7-1": ours})


def _share(values, low, high):
    return np.mean((values >= low) & (values < high))


def _markdown(magnitudes, forces, quick, seconds):
    rows = [["environments", *(len(values) for values in magnitudes.values())]]
    rows += [["mean force (eV/A)", *(f"{values.mean():.2f}" for values in magnitudes.values())]]
    for threshold in THRESHOLDS:
        shares = (f"{100 * np.mean(values > threshold):.2f} %" for values in magnitudes.values())
        rows += [[f"force above {threshold} eV/A", *shares]]
    n_steps, n_atoms, _ = forces[0].shape
    return "\n".join(
        ["# Stende 2017, figure 7.1: forces of the sampled environments\n"]
        + [report.QUICK] * quick
        + [f"Quartz, {n_atoms} atoms, {TEMPERATURE:g} K, {n_steps} steps; tau_max = {MAX_INTERVAL}.\n"]
        + [report.markdown_table(("", *SAMPLINGS.values()), rows)]
        + [section(beside_paper(magnitudes, forces))]
        + [report.footer("stende-2017/figure-7-1", seconds)]
    )


def _figure(magnitudes):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(9.0, 3.8), layout="constrained")
    edges = np.arange(0, max(map(np.max, magnitudes.values())) + BIN, BIN)
    for panel, scale in zip(panels, ("linear", "log"), strict=True):
        for name, values in magnitudes.items():
            weights = np.full(len(values), 1 / len(values) / BIN)
            panel.hist(values, edges, weights=weights, histtype="step", linewidth=1.6, label=SAMPLINGS[name])
        panel.set(xlabel="force on the atom, |F| (eV/Å)", ylabel="share of environments per eV/Å")
        panel.set(yscale=scale, xlim=(0, None))
    panels[0].legend(title="sampling")
    figure.suptitle(f"Quartz at {TEMPERATURE:g} K, $\\tau_{{max}}$ = {MAX_INTERVAL}", fontsize=11)
    return figure
