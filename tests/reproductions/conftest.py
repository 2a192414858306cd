import warnings

import ase
import numpy as np
import pytest
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import tio2
from atomzoo.datasets.io.xsf import write_xsf
from atomzoo.reproductions import tio2_data

ENERGIES = tio2.ATOMIC_ENERGIES["aenet-set001"]


@pytest.fixture
def small_tio2(tmp_path, monkeypatch):
    """Thirty invented structures with a split of their own, where the data set is looked for; the folder above."""
    folder = tmp_path / "data" / "tio2"
    folder.mkdir(parents=True)
    lines = ["file,subset,cohesive_energy_ref_eV_per_atom,cohesive_energy_aenet_eV_per_atom"]
    for k in range(30):
        atoms, cohesive = _structure(k)
        write_xsf(folder / f"s{k:02d}.xsf", atoms)
        lines.append(f"s{k:02d}.xsf,{'test' if k % 5 == 0 else 'train'},{cohesive},{cohesive + 0.001}")
    (folder / tio2.SPLIT_FILE).write_text("\n".join(lines))
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tio2_data, "QUICK_EVERY", 1)
    for function in (tio2_data.load, tio2_data.features):
        function.cache_clear()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="these are not the published 7815 structures")
        yield tmp_path
    for function in (tio2_data.load, tio2_data.features):
        function.cache_clear()


def _structure(k):
    """A rattled cell of 6 atoms with the energy of Lennard-Jones, and its cohesive energy in eV/atom."""
    atoms = ase.Atoms("TiO2TiO2", cell=[4.6, 4.6, 3.0], pbc=True)
    atoms.set_scaled_positions(
        [[0, 0, 0], [0.3, 0.3, 0], [0.7, 0.7, 0], [0.5, 0.5, 0.5], [0.8, 0.2, 0.5], [0.2, 0.8, 0.5]]
    )
    atoms.positions += np.random.default_rng(k).normal(scale=0.05, size=(6, 3))
    atoms.calc = LennardJones(sigma=1.7, epsilon=0.05, rc=4.5)
    cohesive, forces = float(atoms.get_potential_energy()) / 6, atoms.get_forces()
    energy = 6 * cohesive + 2 * ENERGIES["Ti"] + 4 * ENERGIES["O"]
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    return atoms, cohesive
