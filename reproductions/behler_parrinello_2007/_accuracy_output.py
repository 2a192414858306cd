"""Tables and figure of the errors of silicon's networks, beside the paper's."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed

PAPER = "behler_parrinello_2007"
PARTS = ("train", "validation", "test")
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
TITLES = {"energy_meV_per_atom": "energy, meV/atom", "forces_eV_per_A": "forces, eV/Å", "stress_GPa": "stress, GPa"}


def markdown(rows, seed, quick, seconds):
    """The Markdown of accuracy.md.

    Args:
        rows: `pandas.DataFrame`, a row for each network, seed and part.
        seed: That of the potential that is kept.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    sizes = rows.drop_duplicates("part").set_index("part")["structures"]
    minutes = rows["train_seconds"].mean() / 60
    text = (
        f"{sizes['train']} structures to train on, {sizes['validation']} held out to choose the iteration, "
        f"{sizes['test']} to test. Root mean squared errors, mean and standard deviation over "
        f"{rows['seed'].nunique()} seeds; a training took {minutes:.1f} minutes on one core. Kept: seed {seed}. "
        "The labels' own error, of their k-points, is in these numbers: see the README of the data.\n"
    )
    parts = [
        "# Silicon: errors against DFT\n",
        *([report.QUICK] if quick else []),
        text,
        _table(rows, PARTS),
        "## Test structures by phase\n",
        _table(rows, [part for part in sizes.index if part not in PARTS], sizes),
        section(beside_paper(rows)),
        report.footer("behler-parrinello-2007/accuracy", seconds),
    ]
    return "\n".join(parts)


def _table(rows, parts, sizes=None):
    networks = list(rows["network"].unique())
    header = ["part", *(f"{title} ({network})" for title in TITLES.values() for network in networks)]
    lines = []
    for part in parts:
        of_part = rows[rows["part"] == part].groupby("network")
        name = part if sizes is None else f"{part} ({sizes[part]})"
        lines.append([name, *(report.spread(of_part.get_group(n)[column]) for column in TITLES for n in networks)])
    return report.markdown_table(header, lines)


def beside_paper(rows):
    """The table of `beside` of rows of `train_and_measure`, one a part."""
    networks = list(rows["network"].unique())

    def of(part, column):
        chosen = rows[rows["part"] == part].groupby("network")
        return "; ".join(f"{report.spread(chosen.get_group(name)[column])} ({name})" for name in networks)

    train, test = (of(part, "energy_meV_per_atom") for part in ("train", "test"))
    errors = {"train energy RMSE, low": train, "train energy RMSE, high": train}
    errors |= {"test energy RMSE, low": test, "test energy RMSE, high": test}
    errors["force RMSE"] = f"test: {of('test', 'forces_eV_per_A')}"
    sizes = rows.drop_duplicates("part").set_index("part")["structures"]
    data = {"training energies": int(sizes["train"] + sizes["validation"]), "test energies": int(sizes["test"])}
    data |= {"energies": sum(data.values()), "atoms": "1 to 16", "functional": "LDA", "plane-wave cutoff": 20.0}
    data |= {"program": "pw.x 6.7", "Fermi smearing": 0.1, "pseudopotential": "norm-conserving"}
    data["k points in each direction"] = "nearly as dense in some crystals, 0.6 of it in other cells"
    data["structures added in a round"] = "none: all are drawn before"
    network = {"hidden layers": 2, "nodes a layer": 40, "activation": "tanh", "weights": "3641"}
    return beside(PAPER, {"network": network, "data": data, "errors": errors})


def figure(rows):
    """Errors of energies and forces of each phase of the test set, a mark for each network and seed."""
    phases = [part for part in rows["part"].unique() if part not in PARTS]
    limits = {"energy_meV_per_atom": printed(PAPER, "errors", "test energy RMSE, high")}
    limits["forces_eV_per_A"] = printed(PAPER, "errors", "force RMSE")
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.8), sharey=True, layout="constrained")
    for axis, (column, limit) in zip(axes, limits.items(), strict=True):
        for k, (network, of_network) in enumerate(rows.groupby("network", sort=False)):
            for part, of_part in of_network.groupby("part"):
                place = len(phases) if part == "test" else phases.index(part) if part in phases else None
                if place is not None:
                    label = network if part == "test" else None
                    heights = [place + 0.2 * k - 0.1] * len(of_part)
                    axis.plot(of_part[column], heights, "o", ms=4, color=f"C{k}", label=label)
        axis.axvline(limit, color="black", lw=0.8, ls="--", label="paper, its 800 test structures")
        axis.set(xscale="log", xlabel=f"RMSE of {TITLES[column]}")
        axis.set_xticks([tick for tick in TICKS if axis.get_xlim()[0] < tick < axis.get_xlim()[1]], minor=False)
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter("")
    axes[0].set_yticks(range(len(phases) + 1), [*phases, "all"])
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    return figure
