"""Gold clusters: the paper's recipe beside ours and aenet, and which part of it makes the difference.

The paper finds its network below aenet's and asks why: the optimizer (RMSprop against L-BFGS), the normalization (batch
normalization against aenet's scaling), or one convolution in place of a network for each atom, from which its own
errors once fell much. Here they are changed one by one, on the data, split, functions and 15-15 network of table 2.

* RMSprop: batches of 32 structures, squared error of energies, a learning rate that falls along half a cosine from
  3e-3; the paper prints none of these. L-BFGS: as in table 2. Both in float64.
* Batch normalization is of the features, as in the paper, its moving statistics in use (`FeatureBatchNormalization`).
* A convolution of width 1 is one network for all atoms, the same numbers as dense layers atom by atom
  (`tests/layers/test_per_atom_conv1d.py`). A network for each atom is what it is not: atoms are told apart by their
  place in the file, so that exchanging two changes the energy.
* aenet: as recorded for table 2 (`table_2_aenet`).

Result (results/table_2_recipe.md): none of the three is why the paper's network was below aenet's. RMSprop is 7 to 14
times worse than L-BFGS, batch normalization as good as min-max with L-BFGS and worse with RMSprop, and a network for
each atom hardly worse than one. By its recipe the paper's network is below aenet in Au4 and Au5, by a third, and above
it in Au3; ours is below in all, with aenet's own optimizer.
"""

import time

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from scipy.stats import gmean

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017 import table_2
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import aenet_rows
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import (
    QUICK,
    footer,
    markdown_table,
    recorded_rows,
    redraw_results,
    results_folder,
    spread,
    write_results,
)

NETWORK = "15t-15t"
VARIANTS = {  # optimizer, scaling, whether there is a network for each atom
    "L-BFGS, min-max (ours)": ("lbfgs", "min-max", False),
    "RMSprop, min-max": ("rmsprop", "min-max", False),
    "L-BFGS, batch normalization": ("lbfgs", "batch-normalization", False),
    "RMSprop, batch normalization (the paper's)": ("rmsprop", "batch-normalization", False),
    "the paper's, but a network for each atom": ("rmsprop", "batch-normalization", True),
}
AENET = "aenet: L-BFGS, its own scaling"
EPOCHS = {"lbfgs": 3000, "rmsprop": 500}
PLACES = ("Au", "Ag", "Cu", "Pt", "Pd")  # names that tell atoms apart
ERRORS = ("train_mse_eV2", "validation_mse_eV2")


def run(seeds=None, quick=False, output=None):
    """Trains by all recipes, prints the table, and writes table_2_recipe.csv, .md and _paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: Au3, one seed, few epochs, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "table_2_recipe.partial.jsonl"
    jobs = [
        {"variant": name, "atoms": atoms, "seed": seed, "epochs": 10 if quick else EPOCHS[optimizer]}
        for name, (optimizer, *_) in reversed(VARIANTS.items())
        for atoms in (table_2.SIZES[:1] if quick else table_2.SIZES)
        for seed in range(seeds or (1 if quick else 3))
    ]
    rows = run_jobs(train, jobs, partial, "Training networks")
    text = markdown(rows, quick, time.time() - start)
    write_results(folder, "table_2_recipe", rows, text, {}, None if quick else beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes table_2_recipe.md anew from the recorded table_2_recipe.csv in a folder (`Path`)."""
    rows = recorded_rows(folder, "table_2_recipe")
    redraw_results(folder, "table_2_recipe", markdown(rows, False, 0.0), {}, beside_paper(rows))


def train(variant, atoms, seed, epochs):
    """Errors of one network: dict of `ERRORS` and `seconds`."""
    from atomzoo import fit  # here: only the worker processes load Keras

    optimizer, scaling, by_place = VARIANTS[variant]
    parts = gold_clusters.load_data(atoms, "random")
    if by_place:
        parts = [[told_apart(each) for each in part] for part in parts]
    start = time.perf_counter()
    potential = untrained(atoms, by_place, scaling, seed)
    decay = table_2.WEIGHT_DECAY if optimizer == "lbfgs" else 0.0
    fit(potential, parts[0], optimizer=optimizer, epochs=epochs, weight_decay=decay, seed=seed)
    seconds = round(time.perf_counter() - start, 1)
    errors = [table_2.errors(potential, part)[0] for part in parts]
    return dict(zip(ERRORS, errors, strict=True)) | {"seconds": seconds}


def untrained(atoms, by_place, scaling, seed):
    """The 15-15 network for clusters of so many atoms, or one for each place; functions do not tell places apart."""
    from atomzoo import AtomicNetwork, FeatureScaling, NeuralNetworkPotential, load_function_set
    from atomzoo.reproductions.barch_tubman_2017._shared.indistinct_neighbors import IndistinctNeighbors

    elements = list(PLACES[: atoms if by_place else 1])
    descriptor = IndistinctNeighbors(load_function_set("barch-tubman-2017", ["Au"]), elements, dtype="float64")
    sizes = descriptor.n_features, table_2.NETWORKS[NETWORK]
    network = AtomicNetwork(elements, *sizes, seed=seed, dtype="float64")
    return NeuralNetworkPotential(
        descriptor, network, FeatureScaling(len(elements), sizes[0], scaling, dtype="float64")
    )


def told_apart(cluster):
    """A labelled cluster in which each atom is of an element of its own.

    Example:

    >>> str(told_apart(gold_clusters.load_data(3)[0][0]).symbols)
    'AuAgCu'
    """
    copy = cluster.copy()
    copy.symbols = PLACES[: len(copy)]
    copy.calc = SinglePointCalculator(copy, energy=cluster.get_potential_energy(), forces=cluster.get_forces())
    return copy


def markdown(rows, quick, seconds):
    """The text: errors of each recipe beside aenet's."""
    sizes = list(rows["atoms"].unique())
    lines = []
    for name in VARIANTS:
        of_variant = rows[rows["variant"] == name]
        cells = [[spread(1e6 * of_variant[of_variant["atoms"] == n][error]) for error in ERRORS] for n in sizes]
        lines.append([name, *sum(cells, []), f"{of_variant['seconds'].mean():.0f}"])
    aenet = aenet_rows()
    cells = [[f"{1e6 * aenet.loc[(n, NETWORK), error]:.3g}" for error in ERRORS] for n in sizes]
    seconds_of_aenet = aenet.loc[[(n, NETWORK) for n in sizes], "train_cpu_seconds"].mean()
    lines.append([AENET, *sum(cells, []), f"{seconds_of_aenet:.0f}"])
    header = ["recipe", *(f"Au{n} {part}" for n in sizes for part in ("train", "val.")), "s"]
    parts = ["# Gold clusters: optimizer, normalization and convolution, one by one\n", *[QUICK] * quick]
    parts.append(
        f"Mean ± deviation over {rows['seed'].nunique()} seeds of squared errors of total energies in 1e-6 eV^2, "
        f"{NETWORK}. Epochs: {', '.join(f'{count} by {name}' for name, count in _epochs(rows).items())}.\n"
    )
    parts += [markdown_table(header, lines), *_sentences(rows, aenet)]
    if not quick:
        parts.append(section(beside_paper(rows), "## Section 5 of the paper"))
    return "\n".join([*parts, footer("barch-tubman-2017/table-2-recipe", seconds)])


def changes(rows):
    """What each change multiplies validation errors by, in the geometric mean over clusters: a dict of lists."""
    errors = np.log(rows.pivot_table(index="atoms", columns="variant", values=ERRORS[1], aggfunc=gmean))
    ours, rms, batch, paper, each = VARIANTS
    pairs = {
        "L-BFGS replaced by RMSprop": ((rms, ours), (paper, batch)),
        "min-max replaced by batch normalization": ((batch, ours), (paper, rms)),
        "one network replaced by one for each atom": ((each, paper),),
    }
    return {
        name: [float(np.exp((errors[new] - errors[old]).mean())) for new, old in of_change]
        for name, of_change in pairs.items()
    }


def beside_paper(rows):
    """The table of `beside`: what the paper leaves open of why it is below aenet."""
    optimizer, scaling, convolution = (" and ".join(f"{v:.2g}" for v in found) for found in changes(rows).values())
    ours = {
        "reason why this network is below aenet": f"L-BFGS to RMSprop: errors times {optimizer}; batch normalization: "
        f"times {scaling}; a network for each atom: times {convolution}",
        "one convolution against separate networks": f"errors divided by {convolution}",
    }
    return beside("barch_tubman_2017", {"section-5": ours})


def _sentences(rows, aenet):
    for name, ratios in changes(rows).items():
        yield f"* {name}: errors times {' and '.join(f'{value:.2g}' for value in ratios)}."
    found = rows.pivot_table(index="atoms", columns="variant", values=ERRORS[1])
    theirs = [aenet.loc[(n, NETWORK), ERRORS[1]] for n in found.index]
    ours, _, _, paper, _ = VARIANTS
    below = ", ".join(f"{name} in {int((found[name] < theirs).sum())}" for name in (ours, paper))
    yield f"* Below aenet: {below} of {len(found)} clusters.\n"


def _epochs(rows):
    names = {"lbfgs": "L-BFGS", "rmsprop": "RMSprop"}
    return {names[VARIANTS[row.variant][0]]: row.epochs for row in rows.itertuples()}
