"""TiO2: the 54 networks of the paper's grid, by KerasTuner's GridSearch on aenet's training structures.

Table I of the Keras BPNN paper: 4, 5 or 6 layers of 16, 32 or 64 nodes, learning rate 5e-4, 1e-4 or 5e-5, with dropout
or without (its rate is not printed; 0.25 here), judged by the validation RMSE. The paper tunes on 265 of the 7815
structures, with 14 of 70 functions; here it is all of aenet's training part, and 70 functions.

* Loss: mean absolute error of energies per atom, Adam at the constant rate of the grid, batches of 32 structures.
* A trial has up to 20 epochs, and ends when the validation RMSE has not fallen for 5: a trial is a tenth of a training.
* Networks see the principal components of the features.
* Killed at any time, the script goes on where it was.
"""

import shutil
import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from atomzoo.reproductions import report, tio2_data
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import paper_numbers, printed

ACTIVATION = "silu"
EPOCHS, PATIENCE = 20, 5
QUICK_GRID = {"layers": [4], "nodes": [16], "learning_rate": [5e-4, 1e-4], "dropout": [0.0]}
SETTINGS = ("layers", "nodes", "learning_rate", "dropout")
N_BEST = 10  # rows in the text; the csv has all
RMSE, MAE = "val_rmse_meV_per_atom", "val_mae_meV_per_atom"


def run(seeds=None, quick=False, output=None):
    """Runs the grid, prints its best trials, and writes table_1.csv, .md, .png and table_1_paper.csv.

    Args:
        seeds: Of no effect: every trial has seed 0.
        quick: Whether to show that it runs: few structures, two trials of two epochs, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.console import progress_bar
    from atomzoo.models.tuning.grid import BPNN_TABLE_I
    from atomzoo.models.tuning.grid_search import grid_search

    folder = report.results_folder("tio2-bpnn", output, quick)
    partial, every = folder / "table_1.partial", tio2_data.QUICK_EVERY if quick else 1
    partial.mkdir(exist_ok=True)
    start = time.time()
    train, validation, _ = tio2_data.load(every)
    grid = QUICK_GRID if quick else BPNN_TABLE_I
    options = {"activation": ACTIVATION, "epochs": 2 if quick else EPOCHS, "patience": PATIENCE}
    with progress_bar() as bar:
        tasks = {name: bar.add_task(name, total=None, note="") for name in ("features", "trials")}
        options["progress"] = lambda name, n, n_all: bar.update(tasks[name], completed=n, total=n_all)
        trials = grid_search(train, validation, partial, tio2_data.functions(), grid, **options)
    text = describe(trials, every, quick, time.time() - start)
    report.write_results(
        folder, "table_1", trials.drop(columns="trial"), text, {"": figure(trials)}, beside_paper(trials)
    )
    shutil.rmtree(partial)


def redraw(folder):
    """Writes table_1.md and .png anew from the recorded table_1.csv in a folder (`Path`); needs the data."""
    trials = report.recorded_rows(folder, "table_1")
    report.redraw_results(
        folder, "table_1", describe(trials, 1, False, 0.0), {"": figure(trials)}, beside_paper(trials)
    )


def beside_paper(trials):
    """The table of `beside`: the values of the grid; of dropout the rate."""
    rows = paper_numbers("tio2_bpnn").query("item == 'table-1'").set_index("quantity")["value"]
    ours = {"combinations": len(trials)}
    for quantity, value in rows.drop("combinations").items():
        values = trials[quantity.split(",")[0].replace(" ", "_")]
        wanted = (values > 0) == (value == "True") if quantity.startswith("dropout") else values == float(value)
        if wanted.any():
            ours[quantity] = values[wanted].iloc[0]
    return beside("tio2_bpnn", {"table-1": ours})


def printed_best():
    """Layers, nodes and learning rate of the paper's table II, a dict; its dropout is False."""
    return {name: printed("tio2_bpnn", "table-2", name.replace("_", " ")) for name in SETTINGS[:3]}


def papers_best(trials):
    """The trials (`pandas.DataFrame`) with the settings of the paper's table II."""
    settings = printed_best()
    return trials[(trials[list(settings)] == list(settings.values())).all(axis=1) & (trials["dropout"] == 0)]


def describe(trials, every, quick, seconds):
    """The Markdown text."""
    best = trials.sort_values(RMSE).head(N_BEST)
    names = [*SETTINGS, "RMSE", "MAE", "best epoch", "s"]
    formats = ["{:.0f}", "{:.0f}", "{:g}", "{:g}", "{:.2f}", "{:.2f}", "{:.0f}", "{:.0f}"]
    columns = [*SETTINGS, RMSE, MAE, "best_epoch", "seconds"]
    lines = [
        [form.format(row[name]) for form, name in zip(formats, columns, strict=True)] for _, row in best.iterrows()
    ]
    parts = ["# Keras BPNN, table I: grid search\n", report.QUICK if quick else "", tio2_data.description(every)]
    total = trials["seconds"].sum() / 60
    parts += [
        f"The {len(best)} best of {len(trials)} trials (validation errors, meV/atom); all: {total:.0f} minutes.\n"
    ]
    parts += [report.markdown_table(names, lines), _rank(trials), _means(trials)]
    parts += [section(beside_paper(trials)), report.footer("tio2-bpnn/table-1", seconds)]
    return "\n".join(parts)


def _rank(trials):
    """Where the settings that the paper found best are among ours."""
    rmse = printed("tio2_bpnn", "table-2", "validation RMSE")
    names = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in printed_best().items())
    best, here = papers_best(trials), "not tried here"
    if len(best):
        own = best[RMSE].iloc[0]
        here = f"here {own:.2f} meV/atom, place {1 + (trials[RMSE] < own).sum()} of {len(trials)}"
    return f"The best settings of the paper, {names}, no dropout: there {rmse:g} eV, {here}.\n"


def _means(trials):
    """What each setting does, on the mean of all others."""
    lines = [
        [name, f"{value:g}", f"{group[RMSE].median():.2f}", f"{group[RMSE].min():.2f}"]
        for name in SETTINGS
        for value, group in trials.groupby(name)
    ]
    return report.markdown_table(["setting", "value", "median RMSE", "smallest RMSE"], lines)


def figure(trials):
    """Validation RMSE of all trials over the number of nodes, by learning rate and dropout."""
    drawing, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    for (rate, dropout), group in trials.groupby(["learning_rate", "dropout"]):
        style = {"marker": "o" if dropout == 0 else "x", "ls": "", "alpha": 0.8}
        axis.plot(
            group["nodes"] * (1 + 0.04 * (group["layers"] - 5)), group[RMSE], label=f"{rate:g}, {dropout:g}", **style
        )
    best = papers_best(trials)
    ring = {"marker": "o", "ms": 12, "mfc": "none", "mec": "black", "ls": ""}
    axis.plot(best["nodes"] * (1 + 0.04 * (best["layers"] - 5)), best[RMSE], label="best of the paper", **ring)
    axis.set(xscale="log", yscale="log", xlabel="nodes (4, 5, 6 layers side by side)")
    nodes = sorted(trials["nodes"].unique())
    axis.set_xticks(nodes, [str(n) for n in nodes])
    axis.set_xticks([], minor=True)
    axis.set_ylabel("validation RMSE, meV/atom")
    axis.legend(title="learning rate, dropout", fontsize="small")
    return drawing
