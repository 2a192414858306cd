"""Time of an epoch with trained symmetry functions, side by side: `python -m benchmarks.trainable_functions`.

1000 configurations of 54 hydrogen atoms, 12 G2 and 24 G5 (cutoff 3 A), a network 36-30-30-1 with tanh, float32,
energies only: fixed functions, evaluated before; trained eta and rs at linear cost; the same by sums over triplets. It
prints. `--quick` takes a few configurations.
"""

import argparse

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import dense_hydrogen
from atomzoo.machine import machine
from atomzoo.reproductions.barch_tubman_2017.studies import epoch_times

SET = 4


def configurations(n_structures):
    """Displaced lattices of 54 hydrogen atoms, with random energies: what they are does not change the time."""
    structures = []
    for seed in range(n_structures):
        atoms = dense_hydrogen.lattice(SET, seed)
        energy = np.random.default_rng(seed).normal()
        atoms.calc = SinglePointCalculator(atoms, energy=energy)
        structures.append(atoms)
    return structures


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trainable_functions", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few configurations")
    quick = parser.parse_args().quick
    rows = epoch_times.table(configurations(16 if quick else 1000), epochs=1 if quick else 5)
    print(f"{machine()}\n\n{epoch_times.markdown(rows)}")


if __name__ == "__main__":
    main()
