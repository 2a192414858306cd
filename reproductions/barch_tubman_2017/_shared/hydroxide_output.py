"""Text and figure of H3O2-."""

import matplotlib.pyplot as plt

from atomzoo.datasets.water_hydroxide import load_stationary
from atomzoo.reproductions.barch_tubman_2017._shared.hydroxide import bridge
from atomzoo.reproductions.beside_paper import beside
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

ITEM = "barch-tubman-2017/water-hydroxide"
NAMES = {"pbe0": "PBE0 itself", "ccsd(t)": "CCSD(T) itself"}
COLUMNS = {  # of the table: from the rows, and in words
    "minimum_oxygens_A": "O-O, Å",
    "minimum_shorter_A": "shorter O-H, Å",
    "minimum_asymmetry_A": "longer minus shorter, Å",
    "saddle_oxygens_A": "O-O of the saddle, Å",
    "barrier_meV": "barrier, meV",
    "above_meV": "minimum above that of CCSD(T), meV",
    "test_rmse_meV_per_atom": "test error, meV/atom",
}
AIMS = (("minimum_oxygens_A", "O-O", 0.002, "Å"), ("minimum_shorter_A", "shorter O-H", 0.005, "Å"))
AIMS += (("above_meV", "energy of the minimum", 1.0, "meV"), ("barrier_meV", "barrier", 2.0, "meV"))


def text(rows, quick, seconds):
    """The Markdown of H3O2-.

    Args:
        rows: `pandas.DataFrame`, one row a network, as `water_hydroxide.train` returns.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    rows, truth = with_heights(rows), stationary("ccsd(t)")
    lines = [["CCSD(T) itself", "", *_numbers(truth)], ["PBE0 itself", "", *_numbers(stationary("pbe0"))]]
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
            footer(ITEM, seconds),
        ]
    )


def with_heights(rows):
    """The rows with `above_meV`, what the network's minimum lies above that of CCSD(T)."""
    return rows.assign(above_meV=1e3 * (rows["minimum_eV"] - stationary("ccsd(t)")["minimum_eV"]))


def stationary(method):
    """What `water_hydroxide.train` returns of a network, of the method itself: dict."""
    minimum, saddle = load_stationary(method)
    places = {"minimum": minimum, "saddle": saddle}
    lengths = {f"{place}_{name}_A": length for place, atoms in places.items() for name, length in bridge(atoms).items()}
    barrier = saddle.get_potential_energy() - minimum.get_potential_energy()
    return {"minimum_eV": minimum.get_potential_energy(), "barrier_meV": 1e3 * barrier, **lengths}


def _numbers(found):
    return [f"{found[column]:.4g}" if column in found else "" for column in COLUMNS]


def _aims(rows, truth):
    """How far the mean of all seeds, with all structures, is off."""
    best = rows[(rows["method"] == rows["method"].iloc[0]) & (rows["structures"] == rows["structures"].max())]
    lines = []
    for column, name, aim, unit in AIMS:
        off = best[column] - truth.get(column, 0.0)
        lines.append(f"* {name}: off by {spread(off, 2)} {unit}, asked {aim:g}.")
    return "Networks with PBE0, all structures:\n\n" + "\n".join(lines) + "\n"


def beside_paper():
    """The paper's next step, which it names and does not do, beside ours: see `beside`."""
    return beside("barch_tubman_2017", {"section-6": {"next system": "H3O2-, by CCSD(T)"}})


def figure(rows):
    """Test error, O-O and barrier over the number of structures."""
    drawn, axes = plt.subplots(1, 3, figsize=(12, 3.5), layout="constrained")
    columns = ("test_rmse_meV_per_atom", "minimum_oxygens_A", "barrier_meV")
    for ax, column in zip(axes, columns, strict=True):
        for method, group in rows.groupby("method", sort=False):
            means = group.groupby("structures")[column]
            ax.errorbar(means.mean().index, means.mean(), means.std().fillna(0.0), marker="o", capsize=3, label=method)
        for number, (method, name) in enumerate(NAMES.items()) if column != columns[0] else ():
            ax.axhline(stationary(method)[column], color="0.3", ls=("--", "-")[number], label=name)
        ax.set(xlabel="structures", ylabel=COLUMNS[column], xscale="log")
    axes[0].set(yscale="log")
    axes[1].legend()
    return drawn
