"""TiO2: what takes the error of the Keras BPNN paper to ours, one change at a time.

The first row is the paper's protocol: 265 structures of one size, 14 functions that do not tell elements apart, one
network for all atoms, total energies as they are (some -20 000 eV a cell), a mean absolute error as the loss, Adam at
1e-4, batches of 20, 80 epochs, five layers of 64 nodes. Each row after it has one change more; seeds, test structures
and the number of nodes stay.

* The paper says nothing of its activation (relu here), of scaling (none here), nor which 14 functions it took (here 8
  radial ones and 6 angular ones, of the 26 of `aenet-tio2-wide` without elements). No structure has 25 atoms, as the
  paper says: here 22 to 24.
* Test: the structures of 22 to 24 atoms of aenet's test part. No choice depends on them, nor on the validation part:
  all networks are those of the last epoch.
"""

import time
from dataclasses import replace

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import tio2
from atomzoo.reproductions import report, tio2_data
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.report import spread

CHANGES = (
    "energies counted from those of atoms",
    "features and energies scaled",
    "elements told apart, a network for each",
    "all 70 functions",
    "all 6028 structures, of all sizes",
    "silu, principal components, rate 5e-4",
)
HIDDEN, EPOCHS, BATCH_SIZE = (64,) * 5, 80, 20
N_RADIAL, N_ANGULAR = 8, 6
QUICK_EPOCHS = 2


def run(seeds=None, quick=False, output=None):
    """Trains a network for each change, prints their errors, and writes ablation.csv, .md and _paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: few structures and epochs, one seed, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("tio2-bpnn", output, quick)
    partial = folder / "ablation.partial.jsonl"
    start = time.time()
    jobs = [
        {
            "changes": n,
            "seed": seed,
            "epochs": QUICK_EPOCHS if quick else EPOCHS,
            "every": tio2_data.QUICK_EVERY if quick else 1,
        }
        for n in range(len(CHANGES) + 1)
        for seed in range(seeds or (1 if quick else 3))
    ]
    rows = run_jobs(train_one, jobs, partial, "Training", in_words)
    report.write_results(folder, "ablation", rows, describe(rows, quick, time.time() - start), {}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes ablation.md anew from the recorded ablation.csv in a folder (`Path`)."""
    rows = report.recorded_rows(folder, "ablation")
    report.redraw_results(folder, "ablation", describe(rows, False, 0.0), {}, beside_paper(rows))


def train_one(changes, seed, epochs, every):
    """Errors of the network with the first `changes` of `CHANGES`.

    Returns:
        Dict of `structures` (in training), `functions`, `rmse_eV`, `mae_eV` (of whole structures, test),
        `rmse_meV_per_atom`, `mae_meV_per_atom` and `train_seconds`.
    """
    from_atoms, scaled, elements_apart, all_functions, all_structures, tuned = (
        n < changes for n in range(len(CHANGES))
    )
    parts = tio2_data.load(every)
    train = (
        parts.train
        if all_structures
        else of_one_size(parts.train, printed("tio2_bpnn", "section-5", "structures used"))
    )
    test = of_one_size(parts.test)
    functions = tio2_data.functions() if all_functions else few_functions()
    if not elements_apart:
        functions = [replace(function, neighbors=()) for function in functions]
    train, test = ([labelled(atoms, from_atoms, elements_apart) for atoms in part] for part in (train, test))
    start = time.perf_counter()
    potential = trained(train, functions, scaled, tuned, epochs, seed)
    seconds = time.perf_counter() - start
    results = potential.evaluate_atoms(test)
    error = np.array([r["energy"] - atoms.get_potential_energy() for r, atoms in zip(results, test, strict=True)])
    per_atom = 1e3 * error / [len(atoms) for atoms in test]
    return {
        "structures": len(train),
        "functions": potential.descriptor.n_features,
        "rmse_eV": np.sqrt(np.mean(error**2)),
        "mae_eV": np.mean(np.abs(error)),
        "rmse_meV_per_atom": np.sqrt(np.mean(per_atom**2)),
        "mae_meV_per_atom": np.mean(np.abs(per_atom)),
        "train_seconds": round(seconds, 1),
    }


def trained(structures, functions, scaled, tuned, epochs, seed):
    """A `NeuralNetworkPotential` after all epochs, in Keras's own words: `compile` and `fit`."""
    import keras

    from atomzoo import NeuralNetworkPotential
    from atomzoo.models.training.inputs import prepared
    from atomzoo.models.training.train_potential import elements_of

    potential = NeuralNetworkPotential.from_functions(
        elements_of(structures),
        functions,
        HIDDEN,
        activation="silu" if tuned else "relu",
        scaling="principal-components" if tuned else "min-max",
        seed=seed,
    )
    if scaled:
        potential.adapt(structures)
    potential.compile(keras.optimizers.Adam(5e-4 if tuned else 1e-4), loss={"energy": "mae"}, jit_compile=True)
    dataset = potential.dataset(structures, BATCH_SIZE, labels=("energy",), shuffle=True, seed=seed)
    potential.fit(prepared(potential, dataset, structures, None, 0), epochs=epochs, verbose=0)
    return potential


def of_one_size(structures, most=None):
    """Those of 22 to 24 atoms; at most so many, drawn at random with seed 0."""
    found = [atoms for atoms in structures if 22 <= len(atoms) <= 24]
    if most is None or len(found) <= most:
        return found
    return [found[k] for k in sorted(np.random.default_rng(0).permutation(len(found))[: int(most)])]


def few_functions():
    """The 14 functions, of any neighbors."""
    functions = {replace(function, neighbors=()): None for function in tio2_data.functions()}  # in order, each once
    radial = [function for function in functions if not function.is_angular]
    angular = [function for function in functions if function.is_angular]
    return radial[:N_RADIAL] + angular[:N_ANGULAR]


def labelled(atoms, from_atoms, elements_apart):
    """A copy with the energy as the network is to see it, and all atoms of one element unless they are told apart."""
    copy = atoms.copy()
    if not elements_apart:
        copy.symbols[:] = "Ti"
    energy = atoms.get_potential_energy()
    if from_atoms:
        energy -= sum(tio2.ATOMIC_ENERGIES["aenet-set001"][symbol] for symbol in atoms.symbols)
    copy.calc = SinglePointCalculator(copy, energy=energy)
    return copy


def in_words(row):
    """A line that says what a training reached, from its row (dict)."""
    return f"{row['changes']} changes, seed {row['seed']}: test RMSE {row['rmse_eV']:.4g} eV a structure"


def beside_paper(rows):
    """The table of `beside`: errors of whole structures in eV, of the paper's protocol."""
    return beside("tio2_bpnn", {"test-error": {"test RMSE": spread(rows.query("changes == 0")["rmse_eV"])}})


def describe(rows, quick, seconds):
    """The Markdown text."""
    parts = ["# Keras BPNN: from the paper's error to ours\n", report.QUICK if quick else ""]
    parts += [
        f"Test errors, mean ± deviation over {rows['seed'].nunique()} seeds; each row has one change more than the one "
        "above it. Epochs of all: " + f"{rows['epochs'].iloc[0]}.\n"
    ]
    lines = []
    for n, group in rows.groupby("changes"):
        errors = [spread(group[name]) for name in ("rmse_eV", "mae_eV", "rmse_meV_per_atom", "mae_meV_per_atom")]
        change = f"+ {CHANGES[n - 1]}" if n else "the paper's protocol"
        counts = [group[name].iloc[0] for name in ("structures", "functions")]
        lines.append([change, *counts, *errors, f"{group['train_seconds'].mean():.0f}"])
    names = ["", "structures", "functions", "RMSE, eV/structure", "MAE", "RMSE, meV/atom", "MAE", "s"]
    parts += [report.markdown_table(names, lines), section(beside_paper(rows))]
    return "\n".join([*parts, report.footer("tio2-bpnn/ablation", seconds)])
