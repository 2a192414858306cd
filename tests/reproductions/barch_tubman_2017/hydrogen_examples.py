"""Small data of dense hydrogen, and results of trainings that were not done."""

import numpy as np
import pandas
from ase.calculators.morse import MorsePotential
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.io.packed import write_packed


def lattices(set, n_structures):
    """Displaced lattices with the energies and forces of Morse pairs."""
    structures = []
    for seed in range(n_structures):
        atoms = dense_hydrogen.lattice(set, seed)
        calculator = MorsePotential(epsilon=0.5, r0=1.2, rho0=3.0, rcut1=2.0, rcut2=2.5)
        results = {name: calculator.get_property(name, atoms) for name in ("energy", "forces")}
        atoms.calc = SinglePointCalculator(atoms, **results)
        structures.append(atoms)
    return structures


def use_small_data(monkeypatch, folder, sets, n_structures=12):
    """Puts data of some sets where `load_data` finds them, in other processes too."""
    monkeypatch.setattr(dense_hydrogen, "FOLDER", folder / "nowhere" / "dense_hydrogen")
    monkeypatch.setenv("ATOMZOO_DATA", str(folder))
    (folder / "dense_hydrogen").mkdir()
    for set in sets:
        write_packed(folder / "dense_hydrogen" / f"set{set}.npz", lattices(set, n_structures))


def pretend(train, jobs, partial, description):
    """In place of `run_jobs`: errors that fall by 1 / epoch, lower by a fifth where functions are trained."""
    rows = []
    for job in jobs:
        noise = 1 + 0.01 * np.sin(job["seed"] + job["set"])
        errors = 10.0 * job["set"] * noise * (0.8 if job["trained"] else 1.0) / np.arange(1, job["epochs"] + 1)
        errors = errors * (0.5 if job["functions"] == "G2+G5" else 1.0)
        path = np.linspace([0.0, 1.0, 2.0], [0.1, 1.0, 1.2], job["epochs"] + 1)
        result = {
            "train_mse_eV2": (errors / 2).tolist(),
            "validation_mse_eV2": errors.tolist(),
            "paths": {"radial rs": path.tolist()} if job["trained"] else {},
            "train_structures": 90,
            "validation_structures": 10,
            "parameters": 100,
            "seconds": 1.0,
        }
        rows.append({**job, **result})
    return pandas.DataFrame(rows)


def pretend_both_stages(train, jobs, partial, description):
    """In place of `run_jobs`: errors that training functions lowers by a fifth, and by a half from a bad start."""
    partial.write_text("")
    rows = []
    for job in jobs:
        gain = 0.5 if "bad" in job["functions"] else 0.8
        error = (1 + job["seed"]) * (gain if job.get("trained") else 1.0) * (1 + job["weight_decay"])
        names = ("train_mse_eV2", "validation_mse_eV2", "adam_train_mse_eV2", "adam_validation_mse_eV2")
        errors = dict.fromkeys(names, error)
        sizes = {"train_structures": 20, "structures": 16, "held_out_mse_eV2": 1 - job["weight_decay"], "seconds": 1.0}
        rows.append({**job, **errors, **sizes})
    return pandas.DataFrame(rows)


def cells_of(path):
    """The cells of each line of a table in a Markdown file."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in path.read_text().splitlines()]
