"""The csv, the tables and the figure of table 3."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas
from ase.units import Ry

from atomzoo.datasets.gold_clusters import DENSITY_CUTOFF
from atomzoo.reproductions.barch_tubman_2017._shared.loops import QUICK, describe
from atomzoo.reproductions.beside_paper import beside, notes
from atomzoo.reproductions.paper_numbers import printed_in_ase_units
from atomzoo.reproductions.report import footer, markdown_table, write_results, write_rows

PAPER = "barch_tubman_2017"
# The rows of the paper, by the names of ours.
ROWS = {
    "lowest training sample, DFT": "lowest training energy",
    "network's minimum, network": "network's minimum, network",
    "network's minimum, DFT": "network's minimum, DFT",
    "relaxed from there, DFT": "DFT's minimum, DFT",
}
ABOUT = """\
The paper prints "eV": Quantum ESPRESSO with the same pseudopotential gives these numbers in Ry. Total energies of two
cutoffs and boxes may differ by more than what is compared; the differences within a column may be compared.
"""
TOTALS = ["network_eV", "engine_eV", "relaxed_eV", "lowest_eV"]


def write_table(folder, loops, tables, quick, seconds):
    """Writes all files of table 3 to `folder`, and prints the tables.

    Args:
        folder: `Path`.
        loops: list of `ClosedLoop`.
        tables: dict of `pandas.DataFrame`: "energies" in eV, a column a size; "gradients" and "isomers", as their rows.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    for name in ("gradients", "isomers"):
        write_rows(folder / f"table_3_{name}.csv", _exact(tables[name], ["energy_eV"]))
    text = _markdown(loops, tables, quick, seconds)
    rounds = [{"atoms": loop.n_atoms, **row, "seed": 0} for loop in loops for row in loop.rounds]
    figure = _figure(loops, quick)
    write_results(
        folder,
        "table_3",
        _exact(pandas.DataFrame(rounds), TOTALS),
        text,
        {"": figure},
        beside_paper(tables["energies"]),
    )


def _exact(rows, names):
    """Total energies to the microelectronvolt, which six digits are not."""
    return rows.assign(**{name: [_number(value, 6, "") for value in rows[name]] for name in names})


def beside_paper(energies):
    """The table of `beside` of the energies of `table_3.energies` (eV, a column a size), in Ry."""
    ours = {
        f"{size} {quantity}": f"{values[row] / Ry:.5f}"
        for size, values in energies.items()
        for row, quantity in ROWS.items()
        if pandas.notna(values[row])
    }
    there, lowest = (energies.loc[row, "Au3"] for row in list(ROWS)[-2:])
    ours["Au3 difference of the two DFT minima"] = f"{(there - lowest) / Ry:.1E}"
    return beside(PAPER, {"table-3": ours})


def _papers_energies(sizes):
    """The paper's four rows in Ry, as printed, and in meV above its lowest by DFT; a table each."""
    energies = [_printed(size) for size in sizes]
    lines = [[row, *(f"{values[row] / Ry:.6f}".removesuffix("0") for values in energies)] for row in ROWS]
    above = [[row, *(f"{1e3 * (values[row] - min(_by_dft(values))):.2f}" for values in energies)] for row in ROWS]
    names = ["the paper's energies, Ry", *sizes]
    return f"{markdown_table(names, lines)}\n{markdown_table(['meV above its lowest by DFT', *sizes], above)}"


def _printed(size):
    """The paper's energies of one size in eV: dict of the names in `ROWS`."""
    return {row: printed_in_ase_units(PAPER, "table-3", f"{size} {quantity}") for row, quantity in ROWS.items()}


def _by_dft(values):
    return [value for row, value in values.items() if row.endswith("DFT")]


def _markdown(loops, tables, quick, seconds):
    parts = ["# Barch and Tubman 2017, table 3: minimum energies\n", *[QUICK] * quick]
    parts.append(f"DFT: Quantum ESPRESSO 6.7, 30 Ry, density {DENSITY_CUTOFF:g} Ry. {describe(loops)}")
    for unit, size in (("Ry", Ry), ("eV", 1.0)):
        parts += [f"## Energies in {unit}\n", _energies(tables["energies"] / size)]
    parts += ["## The paper's energies\n", _papers_energies(list(tables["energies"])), ABOUT]
    beside = beside_paper(tables["energies"])
    minima = beside.set_index("quantity").loc["Au3 difference of the two DFT minima"]
    parts += [
        f"The two minima of Au3 by DFT differ by {minima['paper']} Ry, here by {minima['ours']} Ry.\n",
        notes(beside),
    ]
    parts += ["## First round, as in the paper\n", _first_round(loops)]
    parts += ["## Rounds of the loops\n", _rounds(loops)]
    parts += ["## Whether the networks' minima can be trusted\n", _trust(loops)]
    parts += ["## Isomers that DFT labelled\n", _isomers(tables["isomers"])]
    parts += [
        "## Analytic and numerical gradient\n",
        _gradients(tables["gradients"]),
        footer("barch-tubman-2017/table-3", seconds),
    ]
    return "\n".join(parts)


def _energies(energies):
    rows = [[name, *(_number(value, 5) for value in values)] for name, values in energies.iterrows()]
    return markdown_table(["", *energies], rows)


def _first_round(loops):
    """What the paper found: the network's minimum is below all that it was trained on."""
    names = ("atoms", "DFT at the network's minimum minus lowest training sample, meV", "lower")
    gaps = [loop.rounds[0]["engine_eV"] - loop.start.get_potential_energy() for loop in loops]
    rows = [(n.n_atoms, _number(1e3 * gap, 1), "yes" if gap < 0 else "no") for n, gap in zip(loops, gaps, strict=True)]
    note = (
        "The sample lies in its box as in the data, the minimum as all that the loops label, which for Au3 and Au4 "
        "matters by as much (see the data's README).\n"
    )
    return f"{markdown_table(names, rows)}\n{note}"


def _rounds(loops):
    names = ("atoms", "round", "trained on", "calls", "isomer", "network", "DFT", "DFT relaxed", "difference")
    rows = []
    for loop in loops:
        for row in loop.rounds:
            above = [_above(row[name], loop) for name in ("network_eV", "engine_eV", "relaxed_eV")]
            cells = (loop.n_atoms, row["round"], row["structures"], row["calls"], row["isomer"])
            rows.append((*cells, *above, _number(1e3 * row["difference_eV"], 3)))
    note = (
        "Energies in meV above the lowest that DFT found in the loop. Difference: |network - DFT| at the network's "
        "minimum, plus what DFT's relaxation gains from there.\n"
    )
    return f"{markdown_table(names, rows)}\n{note}"


def _trust(loops):
    names = ("atoms", "round", "disagreement, meV/atom", "extrapolations", "gradient norm, eV/A")
    rows = [
        (loop.n_atoms, row["round"], _number(1e3 * row["disagreement_eV_per_atom"], 3), row["extrapolations"],
         f"{row['gradient_norm_eV_per_A']:.1e}")
        for loop in loops
        for row in loop.rounds
    ]  # fmt: skip
    note = "Disagreement: of a round's networks. Extrapolations: symmetry-function values outside the training data.\n"
    return f"{markdown_table(names, rows)}\n{note}"


def _isomers(isomers):
    names = ("atoms", "isomer", "labelled", "lowest DFT energy, eV", "above the lowest, meV", "its largest force, eV/A")
    rows = [
        (row.atoms, row.isomer, row.labelled, f"{row.energy_eV:.5f}", f"{row.above_lowest_meV:.1f}",
         f"{row.largest_force_eV_per_A:.3f}")
        for row in isomers.itertuples()
    ]  # fmt: skip
    note = (
        "DFT relaxed those that networks took for the lowest; the others are as a network had them. A large force: no "
        "minimum of DFT, only passed through. Without a name: numbers of bonds of the atoms.\n"
    )
    return f"{markdown_table(names, rows)}\n{note}"


def _gradients(gradients):
    names = ("atoms", "gradient", "steps", "energies", "energy, eV", "gradient norm, eV/A", "isomer", "converged")
    rows = [
        (row.atoms, row.gradient, row.steps, row.evaluations, f"{row.energy_eV:.6f}",
         f"{row.gradient_norm_eV_per_A:.1e}", row.isomer, "yes" if row.converged else "no")
        for row in gradients.itertuples()
    ]  # fmt: skip
    counts = gradients.pivot(index="atoms", columns="gradient", values="evaluations")
    ratios = ", ".join(f"Au{n}: {row.numerical / row.analytic:.1f}" for n, row in counts.iterrows())
    return f"{markdown_table(names, rows)}\nTimes fewer evaluations by the analytic gradient: {ratios}.\n"


def _above(energy, loop):
    return _number(None if energy is None else 1e3 * (energy - loop.lowest_energy), 3)


def _number(value, digits, missing="-"):
    return missing if pandas.isna(value) else f"{value:.{digits}f}"


def _figure(loops, quick):
    figure, axes = plt.subplots(1, len(loops), figsize=(4.5 * len(loops), 4.0), layout="constrained", squeeze=False)
    series = {"network_eV": ("network", "o-"), "engine_eV": ("DFT", "s-"), "relaxed_eV": ("DFT, relaxed", "^")}
    for axis, loop in zip(axes[0], loops, strict=True):
        rounds = pandas.DataFrame(loop.rounds)
        for name, (label, style) in series.items():
            above = 1e3 * (rounds[name].astype(float) - loop.lowest_energy)
            axis.plot(rounds["round"], above, style, label=label, mfc="none")
        start = 1e3 * (loop.start.get_potential_energy() - loop.lowest_energy)
        axis.axhline(start, color="tab:gray", lw=1, ls="--", label="lowest training sample")
        paper = _printed(f"Au{loop.n_atoms}")
        for row, marker, color in (("network", "*", "tab:blue"), ("DFT", "P", "tab:orange")):
            above = 1e3 * (paper[f"network's minimum, {row}"] - min(_by_dft(paper)))
            axis.plot([-0.2], [above], marker, color=color, label=f"paper: {row}")
        axis.set_yscale("symlog", linthresh=1.0)
        axis.margins(0.1)
        axis.set_title(f"Au{loop.n_atoms}" + (" (quick run)" if quick else ""))
        axis.set_xlabel("round")
        axis.xaxis.get_major_locator().set_params(integer=True)
    axes[0, 0].set_ylabel("energy above the lowest by DFT (meV)")
    axes[0, 0].legend(fontsize=8)
    return figure
