"""Table and figure of radial distribution functions of molten silicon."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section

PAPER = "behler_parrinello_2007"
MINIMUM = (2.5, 3.6)  # Å, where the first minimum is looked for


def _functions(rows):
    """By potential: distances (bins,), mean g over seeds, and its standard error (0 for one seed)."""
    found = {}
    for name, group in rows.groupby("potential", sort=False):
        table = group.pivot_table(index="r", columns="seed", values="g")
        found[name] = table.index.to_numpy(), table.mean(axis=1).to_numpy(), table.sem(axis=1).fillna(0.0).to_numpy()
    return found


def _peak(group):
    """Of one seed: place and height of the first peak, place of the first minimum behind it, and its height."""
    r, g = group["r"].to_numpy(), group["g"].to_numpy()
    peak = g.argmax()
    low = np.flatnonzero((r > max(r[peak], MINIMUM[0])) & (r < MINIMUM[1]))
    minimum = low[g[low].argmin()]
    return {"peak": r[peak], "height": g[peak], "minimum": r[minimum], "depth": g[minimum]}


def _peaks(rows):
    """A list of dicts of `_peak` by potential, one a seed."""
    return {
        name: [_peak(of_seed) for _, of_seed in group.groupby("seed")]
        for name, group in rows.groupby("potential", sort=False)
    }


def _difference(found, name):
    """Root mean square of g minus that of the network, from 2 Å on."""
    (r, network, _), (_, other, _) = found["network"], found[name]
    return float(np.sqrt(np.mean((other - network)[r > 2.0] ** 2)))


def markdown(rows, quick, seconds):
    """The Markdown of figure_3.md: rows of `sample`, one a distance; whether this is a quick run, and its seconds."""
    found, numbers, lines = _functions(rows), rows.drop_duplicates(["potential", "seed"]), []
    for name, peaks in _peaks(rows).items():
        cells = [_spread([peak[key] for peak in peaks]) for key in ("peak", "height", "minimum", "depth")]
        of_name = numbers[numbers["potential"] == name]
        measured = (
            f"{_difference(found, name):.3f}",
            f"{of_name['closest'].min():.2f}",
            f"{of_name['seconds'].mean():.0f}",
        )
        lines.append([name, *cells, *measured])
    header = ["", "first peak, Å", "its height", "first minimum, Å", "its height"]
    header += ["rms of g minus network's", "closest pair, Å", "seconds for 20 ps"]
    parts = [
        "# Silicon: radial distribution functions of the melt at 3000 K\n",
        *([report.QUICK] if quick else []),
        f"64 atoms, {rows['seed'].nunique()} seeds of each, bins of 0.05 Å; ± is the deviation over seeds.\n",
        report.markdown_table(header, lines),
        section(beside_paper(rows)),
        report.footer("behler-parrinello-2007/figure-3", seconds),
    ]
    return "\n".join(parts)


def _spread(values):
    mean = f"{np.mean(values):.2f}"
    return mean if len(values) == 1 else f"{mean} ± {np.std(values, ddof=1):.2f}"


def beside_paper(rows):
    """The table of `beside`: the paper prints a figure."""
    found = _functions(rows)
    far = "; ".join(f"{name} {_difference(found, name):.2f}" for name in found if name != "network")
    ours = {"temperature": 3000.0, "atoms": 64, "edge of the cell": 20.526, "length of the dynamics": 20.0}
    ours["empirical potentials"] = f"rms of g minus the network's: {far}"
    ours["network against DFT"] = "no dynamics by DFT here"
    return beside(PAPER, {"figure-3": ours})


def figure(rows):
    """All functions, with two standard errors of their means over seeds."""
    figure, axis = plt.subplots(figsize=(8, 5), layout="constrained")
    for k, (name, (r, g, error)) in enumerate(_functions(rows).items()):
        color = "black" if name == "network" else f"C{k - 1}"
        axis.plot(r, g, color=color, lw=2.2 if name == "network" else 1.2, label=name)
        axis.fill_between(r, g - 2 * error, g + 2 * error, color=color, alpha=0.25, lw=0)
    axis.set(xlabel="r (Å)", ylabel="g(r)", xlim=(1.5, None), title="silicon, 3000 K, 64 atoms")
    axis.legend()
    return figure
