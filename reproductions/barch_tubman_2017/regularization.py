"""Weight decay of table 2, by cross-validation inside the training parts of the gold data.

The training part of the random split of Au3, Au4 and Au5 is cut into four folds at random; each network is trained on
three and its squared error measured on the fourth. The validation parts are not touched.

Held-out frames are neighbors in time of training frames, and share some of their egg-box noise: cross-validation alone
rewards fitting that noise. So table 2 takes, for each cluster and network, the decay with the smallest held-out error
among those whose training error stays above half the noise of the labels.
"""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markdown import Markdown

from atomzoo.datasets import gold_clusters
from atomzoo.machine import machine
from atomzoo.reproductions.barch_tubman_2017 import table_2
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.version import __version__

DECAYS = (3e-6, 1e-5, 3e-5, 1e-4)
N_FOLDS = 4


def run(seeds=None, quick=False, output=None):
    """Trains on all folds, prints the table, and writes regularization.csv and .md.

    Args:
        seeds: Number of seeds, 1 by default: the folds are the repetitions.
        quick: Whether to show that it runs: Au3, one network, two folds, few iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = Path(output) if output is not None else (Path("quick-results") if quick else table_2.RESULTS)
    folder.mkdir(exist_ok=True)
    partial = folder / "regularization.partial.jsonl"
    rows = run_jobs(train_fold, jobs(seeds or 1, quick), partial, "Cross-validation")
    text = _markdown(rows, quick)
    (folder / "regularization.md").write_text(text)
    rows.assign(machine=machine()).to_csv(folder / "regularization.csv", index=False, float_format="%.6g")
    partial.unlink()
    Console().print(Markdown(text))


def jobs(seeds, quick):
    """One job for each cluster, network, decay, fold and seed."""
    steps = {"iterations": table_2.QUICK_ITERATIONS if quick else table_2.ITERATIONS[False]}
    return [
        {"atoms": n_atoms, "network": network, "weight_decay": decay, "fold": fold, "seed": seed, **steps}
        for n_atoms in (table_2.SIZES[:1] if quick else table_2.SIZES)
        for network in (list(table_2.NETWORKS)[:1] if quick else table_2.NETWORKS)
        for decay in DECAYS
        for fold in range(2 if quick else N_FOLDS)
        for seed in range(seeds)
    ]


def train_fold(atoms, network, weight_decay, fold, seed, iterations):
    """Error on one fold of a network trained on the others: dict of `train_mse_eV2` and `held_out_mse_eV2`."""
    train, _ = gold_clusters.load_data(atoms, "random")
    folds = np.random.default_rng(0).permutation(len(train)) % N_FOLDS
    kept = [structure for structure, number in zip(train, folds, strict=True) if number != fold]
    held_out = [structure for structure, number in zip(train, folds, strict=True) if number == fold]
    potential = table_2.trained(kept, network, seed, iterations, weight_decay)
    mse = [table_2.errors(potential, part)[0] for part in (kept, held_out)]
    return {"train_mse_eV2": mse[0], "held_out_mse_eV2": mse[1]}


def choose(errors):
    """The weight decay of one cluster and network: see the top of this file.

    Args:
        errors: `pandas.DataFrame`, rows by weight decay, columns "held_out_mse_eV2" and "train_mse_eV2".

    Returns:
        The decay: an index of `errors`; the largest if all fit the noise.
    """
    allowed = errors["train_mse_eV2"] > 0.5 * gold_clusters.NOISE_FLOOR_EV2
    return errors.loc[allowed, "held_out_mse_eV2"].idxmin() if allowed.any() else errors.index.max()


def _markdown(rows, quick):
    lines = ["# Weight decay by cross-validation: squared error on training / held-out folds, 1e-6 eV^2\n"]
    if quick:
        lines.append("**Quick run: it shows that the script runs; the numbers mean nothing.**\n")
    lines.append("| atoms | network | " + " | ".join(f"{decay:g}" for decay in DECAYS) + " | chosen |")
    lines.append("|" + "---|" * (len(DECAYS) + 3))
    for (atoms, network), cell in rows.groupby(["atoms", "network"]):
        errors = cell.groupby("weight_decay")[["train_mse_eV2", "held_out_mse_eV2"]].mean()
        pairs = [f"{1e6 * train:.2f} / {1e6 * held_out:.2f}" for train, held_out in errors.to_numpy()]
        lines.append(f"| {atoms} | {network} | " + " | ".join(pairs) + f" | {choose(errors):g} |")
    floor = f"half the noise ({0.5e6 * gold_clusters.NOISE_FLOOR_EV2:.1f})"
    lines += ["", f"Chosen: the best on held-out folds whose training error stays above {floor}.", ""]
    lines += [f"atomzoo {__version__}, {machine()}, `atomzoo reproduce barch-tubman-2017/regularization`", ""]
    return "\n".join(lines)
