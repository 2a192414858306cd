"""The tables of silicon and silica, and the figure of predictions against labels."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo import load_potential
from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import section
from atomzoo.reproductions.stende_2017._shared import potentials
from atomzoo.reproductions.stende_2017._shared.crystal_paper import beside_paper, beside_paper_of_silica, cubic, thesis

TITLES = {
    "thesis": "24 functions, 10 sigmoid",
    "short": "31 short functions, 40-40 tanh",
    "30-30": "33 and 34 functions, 30-30 tanh",
}
UNITS = {"energy": "energy, meV/atom", "energies": "energy of single atoms, meV", "forces": "forces, meV/Å"}
UNITS |= {"stress": "stress, meV/Å³"}


def silicon_text(rows, reference, seed, quick, seconds):
    """The Markdown of stillinger_weber.md.

    Args:
        rows: `pandas.DataFrame` of `train_and_measure`.
        reference: `crystal_properties` of the empirical potential.
        seed: That of the potential that is kept.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    names = {"a": "lattice constant, Å", "bulk": "bulk modulus, GPa", "shear": "shear modulus, GPa"}
    names |= {"poisson": "Poisson's ratio"}
    table = _properties(rows.assign(**cubic(rows)), reference | cubic(reference), names, thesis())
    errors = _errors(rows, "silicon", thesis())
    text = _text("silicon after Stillinger and Weber", rows, errors, table, seed, quick)
    return f"{text}{section(beside_paper(rows, reference))}\n" + report.footer("stende-2017/stillinger-weber", seconds)


def silica_text(rows, reference, seed, quick, seconds):
    """The Markdown of vashishta.md; arguments as of `silicon_text`."""
    names = {"a": "a of alpha-quartz, Å", "c": "c, Å"} | {"bulk": "bulk modulus, GPa"}
    names |= {name: f"{name.upper()}, GPa" for name in ("c11", "c12", "c13", "c14", "c33", "c44")}
    table = _properties(rows, reference, names)
    text = _text("silica after Vashishta", rows, _errors(rows, "silica"), table, seed, quick)
    return f"{text}{section(beside_paper_of_silica(rows))}\n" + report.footer("stende-2017/vashishta", seconds)


def figure(path, material):
    """Predictions of a potential against the labels of the test structures: energies per atom, and forces."""
    potential, structures = load_potential(path), potentials.data(material)[2]
    results = potential.evaluate_atoms(structures)
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
    for source in dict.fromkeys(atoms.info["source"] for atoms in structures):
        pairs = [(a, r) for a, r in zip(structures, results, strict=True) if a.info["source"] == source]
        energies = [(a.get_potential_energy() / len(a), r["energy"] / len(a)) for a, r in pairs]
        forces = [(a.get_forces().ravel(), r["forces"].ravel()) for a, r in pairs]
        axes[0].plot(*np.transpose(energies), ".", ms=4, label=source)
        axes[1].plot(*np.concatenate(forces, axis=1), ".", ms=1.5, alpha=0.5, rasterized=True)
    for axis, title in zip(axes, ("energy (eV/atom)", "force component (eV/Å)"), strict=True):
        limits = axis.get_xlim()
        axis.plot(limits, limits, color="black", lw=0.6, zorder=0)
        axis.set(xlabel=f"{title}, empirical potential", ylabel="network")
    axes[0].legend(title="test structures")
    return figure


def _text(title, rows, errors, table, seed, quick):
    trained = "; ".join(
        f"{TITLES[name]}: {of['iterations'].iloc[0]} iterations, {of['train_seconds'].mean():.0f} s each"
        for name, of in rows.groupby("network", sort=False)
    )
    parts = [
        f"# Stende 2017: {title}\n",
        *([report.QUICK] if quick else []),
        f"Mean ± deviation over {rows['seed'].nunique()} seeds. {trained}. Seed {seed} of the last is kept.\n",
        "## Root mean squared errors on test trajectories\n",
        "Forces: per component. Nothing stands where a network was not trained on structures of that kind.\n",
        errors,
        "## The crystal at zero stress\n",
        table,
        "",
    ]
    return "\n".join(parts)


def _properties(rows, reference, names, thesis=None):
    networks = list(dict.fromkeys(rows["network"]))
    header = ["", "empirical potential", *(["thesis"] if thesis else []), *(TITLES[name] for name in networks)]
    table = []
    for name, title in names.items():
        cells = [report.spread(rows[name][rows["network"] == network], 4) for network in networks]
        printed = [thesis.get(name, "")] if thesis else []
        table.append([title, f"{reference[name]:.4g}", *printed, *cells])
    return report.markdown_table(header, table)


def _errors(rows, material, thesis=None):
    networks = list(dict.fromkeys(rows["network"]))
    sources = [name.removeprefix("forces ") for name in rows if name.startswith("forces ") and "validation" not in name]
    table = []
    for source in sources:
        for label in potentials.reported(material):
            name = f"{label} {source}"
            cells = [rows[name][rows["network"] == network].dropna() for network in networks]
            printed = [thesis.get(name, "")] if thesis else []
            table.append([source, UNITS[label], *printed, *(report.spread(c) if len(c) else "" for c in cells)])
    header = ["structures", "error of", *(["thesis"] if thesis else []), *(TITLES[name] for name in networks)]
    return report.markdown_table(header, table)
