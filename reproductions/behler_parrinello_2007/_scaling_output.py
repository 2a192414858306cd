"""Table and figure of the cost of silicon by the network and by DFT."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import report
from atomzoo.reproductions.behler_parrinello_2007.scaling import DIVISIONS, exponent, ratio
from atomzoo.reproductions.beside_paper import beside, section

PAPER = "behler_parrinello_2007"


def markdown(rows, quick, seconds):
    """The Markdown of scaling.md: rows of `measured`; whether this is a quick run, and its seconds."""
    lines = [
        [row.method, f"{row.atoms:,}".replace(",", " "), _digits(row.seconds), _digits(1e6 * row.seconds / row.atoms)]
        for row in rows.itertuples()
    ]
    parts = [
        "# Silicon: speed of the network and of DFT\n",
        *([report.QUICK] if quick else []),
        "Energy and forces of the melt, processor time on one core. The network: a step of molecular dynamics in"
        " LAMMPS, neighbor lists included. DFT: pw.x from scratch, without stress, with"
        f" {' x '.join(map(str, DIVISIONS))} k-points.\n",
        report.markdown_table(["", "atoms", "seconds", "us/atom"], lines),
        f"{_verdict(rows)}\n",
        section(beside_paper(rows)),
        report.footer("behler-parrinello-2007/scaling", seconds),
    ]
    return "\n".join(parts)


def _digits(value):
    """Three digits, without an exponent where it is short."""
    return f"{float(f'{value:.3g}'):g}"


def _verdict(rows):
    power = f"The network's cost grows with the power {exponent(rows):.2f} of the number of atoms."
    if np.isnan(ratio(rows)):
        return f"DFT was not measured: there is no pw.x here. {power}"
    return f"For 64 atoms DFT takes {_digits(ratio(rows))} times as long as the network. {power}"


def beside_paper(rows):
    """The table of `beside`."""
    faster, power = ratio(rows), exponent(rows)
    orders = "-" if np.isnan(faster) else f"{np.log10(faster):.1f}"
    growth = "-" if np.isnan(power) else f"power {power:.2f} of the number of atoms"
    return beside(
        PAPER, {"speed": {"faster than DFT, 64 atoms, orders of magnitude": orders, "growth with system size": growth}}
    )


def figure(rows):
    """Seconds over atoms, and a line of slope one through the largest."""
    drawn, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    for color, (method, group) in zip(("C3", "black"), rows.groupby("method"), strict=False):
        axis.plot(group["atoms"], group["seconds"], "o", color=color, label=method)
    network = rows[rows["method"] == "network"]
    atoms, largest = network["atoms"], network.loc[network["atoms"].idxmax()]
    axis.plot(atoms, largest["seconds"] * atoms / largest["atoms"], color="0.6", lw=1, zorder=0, label="linear")
    axis.set(xscale="log", yscale="log", xlabel="atoms", ylabel="seconds for energy and forces, one core")
    axis.legend()
    return drawn
