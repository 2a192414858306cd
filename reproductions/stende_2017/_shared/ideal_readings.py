"""What the results of other scripts say of the requirements of `ideal_potential.py`."""

import numpy as np
import pandas

from atomzoo.reproductions import report

GOLD = "barch-tubman-2017/table-2"


def readings():
    """Evidence in the files of other scripts: rows of number of the requirement, evidence, value, file and script."""
    rows = []
    for number, evidence, script, value in _READINGS:
        path = _file(script)
        text = value(pandas.read_csv(path)) if path.exists() else f"not there yet: `atomzoo reproduce {script}`"
        rows.append((number, evidence, text, f"{path.name}, {script}"))
    return rows


def _file(script):
    paper, item = script.split("/")
    return report.recorded(paper) / f"{item.replace('-', '_')}.csv"


def _best(table, column):
    """Mean over the seeds, of the best network."""
    return table.groupby("network")[column].mean().min()


def _gold_forces(table):
    with_forces = table.query("atoms == 5 and forces and split == 'random'")
    return f"{1e3 * _best(with_forces, 'validation_force_rmse_eV_per_A'):.3g} meV/Å"


def _gold_energy(table):
    clusters = table.query("atoms == 5 and not forces and split == 'random'")
    return f"{1e3 * np.sqrt(_best(clusters, 'validation_mse_eV2')) / 5:.2g} meV/atom"


def _argon_energy(table):
    return f"{_best(table, 'rmse_energy_meV'):.1g} meV"


def _crystal_energy(table):
    return f"{_best(table, 'energy crystal'):.2g} meV/atom"


def _melt(table):
    means = table[table["phase"] == "melt"].groupby(["potential", "r"])["g"].mean()
    reference, network = means["Stillinger-Weber"], means["network"]
    return f"{(network - reference).abs().max():.2g}, where the peak is {reference.max():.3g}"


def _times(table):
    largest = table.query("figure == 'atoms'").set_index(["program", "atoms"])["ms"]
    each = {name: 1e3 * largest[name].iloc[-1] / largest[name].index[-1] for name in ("LAMMPS", "Keras compiled")}
    return ", ".join(f"{name} {microseconds:.3g} µs/atom" for name, microseconds in each.items())


def _growth(table):
    """The power of the number of atoms with which the time grows, between the two largest systems."""
    times = table.query("figure == 'atoms' and program == 'LAMMPS'").sort_values("atoms").tail(2)
    atoms, ms = np.log(times["atoms"]), np.log(times["ms"])
    power = (ms.iloc[-1] - ms.iloc[0]) / (atoms.iloc[-1] - atoms.iloc[0])
    return f"atoms^{power:.2f} from {times['atoms'].min()} to {times['atoms'].max()} atoms"


def _drift(table):
    network = table[table["potential"] == "network"]
    slopes = [np.polyfit(run["time"], run["energy"], 1)[0] for _, run in network.groupby("seed")]
    length = network["time"].max()
    return f"{1e6 * length * np.abs(slopes).max():.2g}e-6 eV/atom in {length:.0f} ps"


def _rounds(table):
    counts, bad = table.groupby("seed").size(), table.groupby("seed")["bad"]
    return f"{counts.max()} rounds; bad frames fall from {bad.first().max()} to {bad.last().max()}"


def _chosen(table):
    first = table[table["seed"] == table["seed"].min()]
    return f"{first['kept'].sum()} of {len(first)} kept, none set by hand"


def _training(table):
    return f"{table.groupby('network')['train_seconds'].mean().min():.0f} s"


_READINGS = (
    (1, "gold clusters of 5 atoms, density-functional theory: error of forces", GOLD, _gold_forces),
    (8, "time of energy and forces, largest crystal, one core", "stende-2017/evaluation-time", _times),
    (3, "argon, pairs: error of energy", "stende-2017/lennard-jones", _argon_energy),
    (3, "silicon, covalent: error of energy", "stende-2017/stillinger-weber", _crystal_energy),
    (3, "silica, two elements: error of energy", "stende-2017/vashishta", _crystal_energy),
    (3, "gold clusters, metal: error of energy", GOLD, _gold_energy),
    (4, "melt of 512 atoms made by the network: largest error of g(r)", "stende-2017/radial-distribution", _melt),
    (8, "growth of time in LAMMPS", "stende-2017/evaluation-time", _growth),
    (10, "drift of the energy of 512 atoms without thermostat", "stende-2017/thermodynamics", _drift),
    (6, "symmetry functions chosen from the data by rules", "stende-2017/figure-7-3", _chosen),
    (2, "data that it asks for itself: iterative sampling", "stende-2017/iterative-sampling", _rounds),
    (9, "training of a silicon network, one core", "stende-2017/stillinger-weber", _training),
)
