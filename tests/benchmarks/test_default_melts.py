"""That melts run and their distances are measured."""

import ase
import numpy as np
import pytest

from benchmarks import default_melts


def test_a_melt_begins_at_rest_from_the_largest_hot_structure():
    sizes, temperatures = (2, 8, 4, 6), (300, 300, 4000, 4000)
    structures = []
    for size, temperature in zip(sizes, temperatures, strict=True):
        atoms = ase.Atoms(f"Si{size}", np.zeros((size, 3)), info={"temperature": temperature})
        atoms.set_velocities(np.ones((size, 3)))
        structures.append(atoms)
    start = default_melts._start(structures, 4000)
    assert len(start) == 6 and not start.get_velocities().any() and structures[3].get_velocities().all()
    assert len(default_melts._start(structures, 2000)) == 8  # none says that temperature


@pytest.mark.slow
def test_a_short_run():
    name, temperature, shortest, runs, part = default_melts.measured("silicon", quick=True)
    runs = [float(distance) for distance in runs.split(", ")]
    assert (name, temperature) == ("silicon", "4000") and 1.0 < float(shortest) < 2.2
    assert len(runs) == 5 and float(part) == pytest.approx(min(runs) / float(shortest), abs=0.01)
