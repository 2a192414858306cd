"""Text and figure of H3O2-."""

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.datasets.water_hydroxide import load_stationary
from atomzoo.reproductions.barch_tubman_2017._shared.hydroxide import proton_transfer
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

ITEM = "barch-tubman-2017/water-hydroxide"
COLUMNS = {  # of the table: from the rows, and in words
    "minimum_oxygens_A": "O-O, Å",
    "minimum_shorter_A": "shorter O-H, Å",
    "minimum_asymmetry_A": "longer minus shorter, Å",
    "saddle_oxygens_A": "O-O of the saddle, Å",
    "barrier_meV": "barrier, meV",
    "minimum_above_meV": "minimum above that of CCSD(T), meV",
    "test_rmse_meV_per_atom": "test error, meV/atom",
}
AIMS = (  # what the networks are off CCSD(T), and what it should be at most
    ("minimum_oxygens_A", "O-O", 0.002, "Å"),
    ("minimum_shorter_A", "shorter O-H", 0.005, "Å"),
    ("minimum_above_meV", "energy of the minimum", 1.0, "meV"),
    ("barrier_meV", "barrier", 2.0, "meV"),
)


def text(rows, quick, seconds):
    """The Markdown of H3O2-.

    Args:
        rows: `pandas.DataFrame`, one row a network, as `water_hydroxide.train` returns.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    truth = proton_transfer(*load_stationary("ccsd(t)"))
    functional = proton_transfer(*load_stationary("pbe0"))
    lines = [["CCSD(T) itself", "", *_numbers(truth)], ["PBE0 itself", "", *_numbers(functional)]]
    for (method, structures), group in rows.groupby(["method", "structures"], sort=False):
        cells = [spread(group[column], digits=4) for column in COLUMNS]
        lines.append([f"networks, {method}", structures, *cells])
    return "\n".join(
        [
            "# H3O2-: minimum and proton transfer by networks of CCSD(T)\n",
            *([QUICK] if quick else []),
            f"Energies of CCSD(T)/aug-cc-pVDZ; {rows['seed'].nunique()} seeds, mean ± standard deviation; test: "
            f"{rows['test_structures'].max()} structures within 1 eV of the lowest.\n",
            markdown_table(["", "structures", *COLUMNS.values()], lines),
            _aims(rows, truth),
            section(beside_paper(rows)),
            footer(ITEM, seconds),
        ]
    )


def _numbers(found):
    return [f"{found[column]:.4g}" if column in found else "" for column in COLUMNS]


def _aims(rows, truth):
    """How far the networks with forces and all structures are off, seed by seed."""
    best = _best(rows)
    lines = []
    for column, name, aim, unit in AIMS:
        off = best[column] - truth.get(column, 0.0)
        lines.append(f"* {name}: {spread(off, 2)} {unit} (aim: {aim:g})")
    return "Networks with PBE0 and all structures, minus CCSD(T) itself:\n\n" + "\n".join(lines) + "\n"


def _best(rows):
    return rows[(rows["method"] == rows["method"].iloc[0]) & (rows["structures"] == rows["structures"].max())]


def beside_paper(rows):
    """The paper's next step, which it names and does not do, beside ours: see `beside`."""
    best, truth = _best(rows), proton_transfer(*load_stationary("ccsd(t)"))
    lengths = f"O-O {spread(best['minimum_oxygens_A'], 4)} Å (CCSD(T) itself {truth['minimum_oxygens_A']:.4g})"
    barriers = f"barrier {spread(best['barrier_meV'])} meV ({truth['barrier_meV']:.3g})"
    return beside("barch_tubman_2017", {"section-6": {"next system": f"H3O2-: {lengths}, {barriers}"}})


def figure(rows):
    """Test error, and how far O-O and barrier are off those of CCSD(T), over the number of structures."""
    drawn, axes = plt.subplots(1, 3, figsize=(12, 3.5), layout="constrained")
    truth, functional = (proton_transfer(*load_stationary(method)) for method in ("ccsd(t)", "pbe0"))
    panels = {  # of the rows, and in words
        "test_rmse_meV_per_atom": "test error, meV/atom",
        "minimum_oxygens_A": "O-O off by, Å",
        "barrier_meV": "barrier off by, meV",
    }
    for ax, (column, words) in zip(axes, panels.items(), strict=True):
        off = rows.assign(square=(rows[column] - truth.get(column, 0.0)) ** 2)
        for method, group in off.groupby("method", sort=False):
            rms = np.sqrt(group.groupby("structures")["square"].mean())
            ax.plot(rms.index, rms, "o-", label=f"networks, {method}")
        if column in functional:
            ax.axhline(abs(functional[column] - truth[column]), color="0.3", ls="--", label="PBE0 itself")
        ax.set(xlabel="structures", ylabel=words, xscale="log", yscale="log")
        ax.set_xticks(sorted(set(rows["structures"])), sorted(set(rows["structures"])))
        ax.minorticks_off()
    axes[1].legend()
    return drawn
