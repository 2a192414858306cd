"""The two networks for TiO2: how they are trained and measured, their tables and the figure."""

import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas

from atomzoo.datasets.tio2 import SPLIT_FILE
from atomzoo.datasets.tio2_files import find_source
from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.artrith_urban_2016._paper import beside_paper
from atomzoo.reproductions.beside_paper import section
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread, write_csv

# "aenet's": the layers of aenet's set001. Force weights were chosen by the validation structures.
NETWORKS = {
    "15-15 tanh": {"hidden": [15, 15], "activation": "tanh", "directions": 4, "force_weight": 0.001, "epochs": 600},
    "64-64 silu": {"hidden": [64, 64], "activation": "silu", "directions": 8, "force_weight": 0.01, "epochs": 300},
}
BEST = "64-64 silu"
LEARNING_RATE = 3e-3
BATCH_SIZE = 32
AENET = "aenet 15-15 tanh"
SIZES = {"6 atoms": (0, 6), "22 to 24 atoms": (22, 24), "46 to 95 atoms": (46, 95)}


def train_one(network, hidden, activation, directions, force_weight, epochs, seed, every, folder):
    """Trains one network and measures its errors.

    Writes the potential and its predictions to the folder: `<network> <seed>.keras` and `.csv`.

    Returns:
        Dict: MAE and RMSE of the energies of each part in meV/atom, RMSE and MAE of the force components of the test
        structures in eV/A, the best epoch and its loss, and the seconds of the training.
    """
    from atomzoo import NeuralNetworkPotential, fit, save_potential  # here: only the worker processes load Keras

    parts, inputs = tio2_data.load(every)[:2], tio2_data.training_inputs(every, directions)
    options = {"hidden": hidden, "activation": activation, "scaling": "principal-components", "seed": seed}
    potential = NeuralNetworkPotential.from_functions(tio2_data.ELEMENTS, tio2_data.functions(), **options)
    start = time.perf_counter()
    training = {"epochs": epochs, "learning_rate": LEARNING_RATE, "batch_size": BATCH_SIZE, "seed": seed}
    history = fit(potential, *parts, forces="projected", force_weight=force_weight, **training, **inputs)
    seconds = time.perf_counter() - start
    path = Path(folder) / f"{network} {seed}.keras"
    save_potential(potential, path)
    table = tio2_data.predicted(potential, every)
    write_csv(path.with_suffix(".csv"), table, "%.6f")
    best = int(np.argmin(history["val_loss"]))
    return {
        **{
            f"{part}_{name}": value
            for part, rows in table.groupby("part")
            for name, value in tio2_data.errors(rows).items()
        },
        **force_errors(potential, tio2_data.load(every).test),
        "best_epoch": best + 1,
        "validation_loss": history["val_loss"][best],
        "train_seconds": round(seconds, 1),
    }


def force_errors(potential, structures):
    """RMSE and MAE of the force components of structures, in eV/A."""
    results = potential.evaluate_atoms(structures)
    errors = [result["forces"] - atoms.get_forces() for result, atoms in zip(results, structures, strict=True)]
    errors = np.concatenate(errors)
    return {
        "test_force_rmse_eV_per_A": float(np.sqrt(np.mean(errors**2))),
        "test_force_mae_eV_per_A": float(np.mean(np.abs(errors))),
    }


def by_structure(rows, folder):
    """The test structures with aenet's energies and those of the seed of each network that validates best.

    Returns:
        `pandas.DataFrame`: `file`, `atoms`, `Ti`, and cohesive energies in eV/atom: `energy` (PBE), `AENET` and
        a column for each network.
    """
    source = find_source()
    found = next(path for path in (source / SPLIT_FILE, source.parent / SPLIT_FILE) if path.is_file())
    aenet = pandas.read_csv(found).set_index("file")["cohesive_energy_aenet_eV_per_atom"]
    tables = {}
    for network, group in rows.groupby("network"):
        seed = group.loc[group["validation_loss"].idxmin(), "seed"]
        table = pandas.read_csv(folder / f"{network} {seed}.csv")
        tables[network] = table[table["part"] == "test"].reset_index(drop=True)
    structures = next(iter(tables.values()))[["file", "atoms", "Ti", "energy"]]
    predicted = {network: table["predicted"] for network, table in tables.items()}
    return structures.assign(**{AENET: aenet.loc[structures["file"]].to_numpy(), **predicted})


def describe(rows, structures, every, quick, seconds):
    """The Markdown text.

    Args:
        rows: `pandas.DataFrame` of `train_one`.
        structures: That of `by_structure`.
        every: See `tio2_data.load`.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    n_seeds = rows["seed"].nunique()
    parts = ["# Artrith and Urban 2016: TiO2 on aenet's split\n", QUICK if quick else "", tio2_data.description(every)]
    parts += [f"Mean ± deviation over {n_seeds} seed{'s' * (n_seeds > 1)}. Energies in meV/atom, forces in eV/Å.\n"]
    parts += [_errors(rows, structures), _settings(rows)]
    parts += ["## Test errors by cell size, MAE / RMSE in meV/atom (of each network the seed that validates best)\n"]
    parts += [_groups(structures, _by_size(structures)), "## By stoichiometry\n"]
    parts += [_groups(structures, _by_stoichiometry(structures))]
    parts += [section(beside_paper(rows, every), "## The numbers that came with the data, and ours")]
    return "\n".join([*parts, footer("artrith-urban-2016/tio2", seconds)])


def _errors(rows, structures):
    names = ["network", "train MAE", "RMSE", "validation MAE", "RMSE", "test MAE", "RMSE", "force RMSE", "MAE", "s"]
    theirs = tio2_data.errors(_renamed(structures, AENET)).values()
    train = [f"{printed('artrith_urban_2016', 'set001', f'train {name}'):.3f}" for name in ("MAE", "RMSE")]
    took = f"{printed('artrith_urban_2016', 'set001', 'training seconds'):.0f} (4 processes)"
    lines = [[AENET, *train, "-", "-", *(f"{value:.3f}" for value in theirs), "-", "-", took]]
    for network, group in rows.groupby("network"):
        columns = [
            f"{part}_{name}_meV_per_atom" for part in ("train", "validation", "test") for name in ("mae", "rmse")
        ]
        columns += ["test_force_rmse_eV_per_A", "test_force_mae_eV_per_A"]
        seconds = f"{group['train_seconds'].mean():.0f}"
        lines.append([network, *(spread(group[column]) for column in columns), seconds])
    return markdown_table(names, lines)


def _settings(rows):
    lines = []
    for network in rows["network"].unique():
        network = {"network": network, **NETWORKS[network]}
        epochs = rows.loc[rows["network"] == network["network"], "epochs"].iloc[0]
        lines.append([network["network"], network["directions"], network["force_weight"], epochs])
    return markdown_table(["network", "forces a structure", "force weight", "epochs"], lines)


def _by_size(structures):
    return {name: structures["atoms"].between(*limits) for name, limits in SIZES.items()}


def _by_stoichiometry(structures):
    oxygen = (structures["atoms"] - structures["Ti"]) / structures["Ti"]
    return {"TiO2": oxygen == 2, "O vacancies": oxygen < 2}


def _groups(structures, groups):
    networks = list(structures.columns[4:])
    lines = []
    for name, chosen in groups.items():
        if chosen.any():
            errors = [tio2_data.errors(_renamed(structures[chosen], network)).values() for network in networks]
            lines.append([name, chosen.sum(), *(" / ".join(f"{value:.2f}" for value in pair) for pair in errors)])
    return markdown_table(["", "structures", *networks], lines)


def _renamed(structures, network):
    return structures.rename(columns={network: "predicted"})


def figure(structures):
    """Predictions over energies, and their errors, of aenet and each network."""
    networks = list(structures.columns[4:])
    shape = {"figsize": (3.4 * len(networks), 5.5), "sharex": True, "sharey": "row", "layout": "constrained"}
    drawing, axes = plt.subplots(2, len(networks), height_ratios=[2, 1], **shape)
    limits = [structures["energy"].min(), structures["energy"].max()]
    for (above, below), network in zip(axes.T, networks, strict=True):
        error = 1e3 * (structures[network] - structures["energy"])
        above.plot(limits, limits, color="0.7", lw=1)
        above.plot(structures["energy"], structures[network], ".", ms=3)
        below.axhline(0.0, color="0.7", lw=1)
        below.plot(structures["energy"], error, ".", ms=3)
        above.set_title(f"{network}\nMAE {np.abs(error).mean():.2f}, RMSE {np.sqrt((error**2).mean()):.2f} meV/atom")
        below.set_xlabel("PBE, eV/atom")
    axes[0, 0].set_ylabel("network, eV/atom")
    axes[1, 0].set_ylabel("error, meV/atom")
    return drawing
