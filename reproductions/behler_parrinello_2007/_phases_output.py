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
SCALES, DIGITS = {"energy": 1e3}, {"volume": 2, "energy": 0, "bulk_modulus": 1, "transition": 1}


def tables(rows):
    """The table of `equations_of_state` of each source, by its name; of phases whose curve has a minimum.

    Args:
        rows: `pandas.DataFrame` with `source`, `phase`, `volume` and `energy`.
    """
    return {source: equations_of_state(group) for source, group in rows.groupby("source", sort=False)}


def markdown(rows, quick, seconds):
    """The Markdown of phases.md; arguments as of `tables`, and whether this is a quick run, and its seconds."""
    found = tables(rows)
    dft, network = found["DFT"], found["network"]
    parts = [
        "# Silicon: crystal phases of DFT and of the network\n",
        *([report.QUICK] if quick else []),
        "Of each pair the first is DFT, the second the network.\n",
        report.markdown_table(["phase", *COLUMNS.values()], [_line(dft, network, phase) for phase in dft.index]),
        _differences(rows, found),
        "\n## Energy of the phases above diamond, meV/atom\n",
        _energies(found),
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


def _differences(rows, found):
    """What the network misses, in words."""
    dft, network = found["DFT"], found["network"]
    relative = {name: 100 * (network[name] / dft[name] - 1).abs() for name in ("volume", "bulk_modulus")}
    pressures = (network["transition"] - dft["transition"]).abs()
    words = [f"volumes by at most {relative['volume'].max():.2f} % ({relative['volume'].idxmax()})"]
    words += [f"bulk moduli by at most {relative['bulk_modulus'].max():.1f} % ({relative['bulk_modulus'].idxmax()})"]
    words += [f"transition pressures by at most {pressures.max():.2f} GPa ({pressures.idxmax()})"]
    return (
        f"\nThe network misses {', '.join(words)}; energies by {curve_error(rows):.1f} meV/atom (root mean square).\n"
    )


def curve_error(rows):
    """Root mean square of network minus DFT over all points of the curves, meV per atom."""
    points = rows.pivot_table(index=["phase", "volume"], columns="source", values="energy")
    return 1e3 * np.sqrt(np.mean((points["network"] - points["DFT"]) ** 2))


def order(table):
    """Phases by their energy, the lowest first."""
    return list(table["energy"].sort_values().index)


def _energies(found):
    phases = order(found["DFT"])
    lines = [[phase, *(f"{1e3 * table.loc[phase, 'energy']:.0f}" for table in found.values())] for phase in phases]
    return report.markdown_table(["phase", *found], lines)


def beside_paper(rows):
    """The table of `beside`: of phases the paper says in words that they are those of DFT."""
    found = tables(rows)
    dft, network = found["DFT"], found["network"]
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
                lowest = rows.loc[(rows["source"] == name) & (rows["phase"] == "diamond"), "energy"].min()
                volumes, energies = of_phase["volume"], of_phase["energy"]
                if name != "DFT":
                    fit = EquationOfState.fit(volumes, energies)
                    volumes = np.linspace(volumes.min(), volumes.max(), 60)
                    energies = fit.energy(volumes)
                axis.plot(volumes, energies - lowest, color=color, label=phase if name == "DFT" else None, **style)
        axis.set(xlabel="volume (Å³/atom)", title=f"points: DFT; lines: {source}")
    axes[0].set_ylabel("energy above diamond (eV/atom)")
    axes[1].legend(fontsize=8, ncols=2)
    return figure
