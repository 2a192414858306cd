"""Tables and figure of silicon's crystal phases, by DFT, the network and empirical potentials."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.datasets.generate.silicon.equation_of_state import EquationOfState, equations_of_state
from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section

PAPER, TIN = "behler_parrinello_2007", "beta-tin"
COLUMNS = {"volume": "volume, Å³/atom", "energy": "energy above diamond, meV/atom", "bulk_modulus": "bulk modulus, GPa"}
COLUMNS["transition"] = "from diamond at, GPa"
HIGHEST_PRESSURE = 20.0  # GPa, of transitions that are compared
SCALES, DIGITS = {"energy": 1e3}, {"volume": 2, "energy": 0, "bulk_modulus": 1, "transition": 1}


def tables(rows):
    """The tables of `equations_of_state` of DFT and of the network.

    Args:
        rows: `pandas.DataFrame` with `source`, `phase`, `volume` and `energy` (above the lowest of diamond).
    """
    return [equations_of_state(rows[rows["source"] == source]) for source in ("DFT", "network")]


def markdown(rows, quick, seconds):
    """The Markdown of phases.md; arguments as of `tables`, and whether this is a quick run, and its seconds."""
    dft, network = tables(rows)
    parts = [
        "# Silicon: crystal phases of DFT and of the network\n",
        *([report.QUICK] if quick else []),
        "Of each pair the first is DFT, the second the network. DFT's relaxations of R8, of Cmca and of Imma at its "
        "smallest volume are not converged (README of the data): their energies are upper bounds.\n",
        report.markdown_table(["phase", *COLUMNS.values()], [_line(dft, network, phase) for phase in dft.index]),
        _differences(rows, dft, network),
        "\n## Energy of the phases above diamond, meV/atom: the lowest at the volumes of the curves\n",
        _energies(rows),
        "Diamond turns into beta-tin at 11.3 to 12.5 GPa in experiments, and at about 8 GPa by LDA in other work.\n",
        section(beside_paper(rows)),
        report.footer("behler-parrinello-2007/phases", seconds),
    ]
    return "\n".join(parts)


def _line(dft, network, phase):
    cells = []
    for column, digits in DIGITS.items():
        pair = [table.loc[phase, column] * SCALES.get(column, 1.0) for table in (dft, network)]
        cells.append(" / ".join("-" if np.isnan(value) else f"{value:.{digits}f}" for value in pair))
    return [phase, *cells]


def _differences(rows, dft, network):
    """What the network misses, in words."""
    relative = {name: 100 * (network[name] / dft[name] - 1).abs() for name in ("volume", "bulk_modulus")}
    # That of a phase which is nearly diamond's equal is not defined well.
    pressures = (network["transition"] - dft["transition"])[dft["transition"] < HIGHEST_PRESSURE].abs()
    words = [f"volumes by at most {relative['volume'].max():.2f} % ({relative['volume'].idxmax()})"]
    words += [f"bulk moduli by at most {relative['bulk_modulus'].max():.1f} % ({relative['bulk_modulus'].idxmax()})"]
    limit = f"transition pressures below {HIGHEST_PRESSURE:.0f} GPa"
    words += [f"{limit} by at most {pressures.max():.2f} GPa ({pressures.idxmax()})"]
    return (
        f"\nThe network misses {', '.join(words)}; energies by {curve_error(rows):.1f} meV/atom (root mean square).\n"
    )


def curve_error(rows):
    """Root mean square of network minus DFT over all points of the curves, meV per atom."""
    points = rows.pivot_table(index=["phase", "volume"], columns="source", values="energy")
    return 1e3 * np.sqrt(np.mean((points["network"] - points["DFT"]) ** 2))


def lowest_energies(rows):
    """Lowest energies of the phases above diamond's, meV/atom: a table by phase and source, in the order of DFT."""
    table = rows.pivot_table(index="phase", columns="source", values="energy", aggfunc="min", sort=False)
    return 1e3 * (table - table.loc["diamond"]).sort_values("DFT")


def _energies(rows):
    table = lowest_energies(rows)[list(rows["source"].unique())]
    return report.markdown_table(
        ["phase", *table], [[phase, *(f"{e:.0f}" for e in row)] for phase, row in table.iterrows()]
    )


def beside_paper(rows):
    """The table of `beside`: of phases the paper says in words that they are those of DFT."""
    dft, network = tables(rows)
    ours = {"curves of the crystal structures": f"those of DFT within {curve_error(rows):.1f} meV/atom (rms)"}
    if TIN in dft.index:
        pair = (table.loc[TIN, "transition"] for table in (dft, network))
        ours["transition pressures"] = "diamond to beta-tin: DFT {:.1f} GPa, network {:.1f} GPa".format(*pair)
    return beside(PAPER, {"energy-volume": ours})


def figure(rows):
    """Points of DFT with the curves of the network, and with those of Tersoff; energies above DFT's diamond."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.2), sharey=True, sharex=True, layout="constrained")
    for axis, source in zip(axes, ("network", "Tersoff"), strict=True):
        for k, phase in enumerate(rows["phase"].unique()):
            color = plt.cm.tab20(k)
            for name, style in (("DFT", {"ls": "", "marker": "o", "ms": 4}), (source, {"lw": 1.2})):
                of_phase = rows[(rows["source"] == name) & (rows["phase"] == phase)]
                volumes, energies = of_phase["volume"], of_phase["energy"]
                if name != "DFT":
                    fit = EquationOfState.fit(volumes, energies)
                    volumes = np.linspace(volumes.min(), volumes.max(), 60)
                    energies = fit.energy(volumes)
                axis.plot(volumes, energies, color=color, label=phase if name == "DFT" else None, **style)
        axis.set(xlabel="volume (Å³/atom)", title=f"points: DFT; lines: {source}")
    axes[0].set_ylabel("energy above diamond (eV/atom)")
    axes[1].legend(fontsize=8, ncols=2)
    return figure
