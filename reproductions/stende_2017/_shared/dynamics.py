"""Molecular dynamics of 512 silicon atoms in LAMMPS, with the empirical potential and with the network."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from ase.geometry.rdf import get_rdf

from atomzoo.datasets.empirical import diamond_silicon, stillinger_weber
from atomzoo.datasets.engines.lammps import Lammps
from atomzoo.models.formats.lammps import pair_commands, write_lammps
from atomzoo.reproductions.stende_2017._shared import potentials

REPEAT = 4  # 512 atoms
MELT_LATTICE = 5.28  # A; 2.53 g/cm^3, the density of liquid silicon
MELTING = 4000.0  # K
RDF_LENGTH, RDF_BINS = 8.0, 160  # A


POTENTIALS = ("Stillinger-Weber", "network")


@contextmanager
def engine(name):
    """The `Lammps` engine of one of `POTENTIALS`; the network is `si-stillinger-weber` of the zoo."""
    if name == "Stillinger-Weber":
        yield stillinger_weber()
        return
    potential = potentials.published("silicon")
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "model.nn"
        write_lammps(potential, network)
        yield Lammps(pair_commands(network, potential.elements), potential.elements)


def crystal(engine, temperature, seed, steps):
    """The crystal after `steps` of 1 fs at a temperature (K)."""
    return engine.dynamics(diamond_silicon(REPEAT), steps, temperature, every=steps, seed=seed)[-1]


def melt(engine, temperature, seed, steps):
    """Liquid silicon: molten at 4000 K for `steps` of 1 fs, and cooled to a temperature (K) for twice as many."""
    hot = engine.dynamics(diamond_silicon(REPEAT, MELT_LATTICE), steps, MELTING, every=steps, seed=seed)[-1]
    return engine.dynamics(hot, 2 * steps, (MELTING, temperature), every=2 * steps)[-1]


def radial_distribution(frames):
    """The mean radial distribution function of structures: distances and g, both (RDF_BINS,)."""
    functions = [get_rdf(atoms, RDF_LENGTH, RDF_BINS) for atoms in frames]
    return functions[0][1], np.mean([g for g, _ in functions], axis=0)
