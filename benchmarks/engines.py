"""Time of the engines that evaluate potentials: `python -m benchmarks.engines`.

The full run takes some minutes and writes `benchmarks/results/engines.csv` and `.md`; `--quick` measures a few calls
and writes nothing.
"""

import argparse
import json
import sys
import time

import numpy as np

from benchmarks.report import write
from benchmarks.timing import processor_times, run_alone

COLUMNS = ("case", "engine", "atoms", "us/call", "median", "us/atom", "tensorflow / this", "first call (s)")
CASES = (
    "Au3, ASE",
    "Au5, ASE",
    "Au5, relaxation",
    "Au5, global search",
    "Si G5, moving",
    "Si G5, new list",
    "Si G4, moving",
    "Si, 60 volumes",
)
REPEATS = {"native": (2000, 30), "tensorflow": (100, 10)}  # short calls and long ones; searches take seconds
NOTES = """\
Energy and forces, with stress and the check for extrapolation, in float64 on one core; processor time, the smallest and
the median of many calls. Au3 and Au5: `get_potential_energy` and `get_forces` of ASE with a `PotentialCalculator` of
au-clusters, one atom moved before each call; relaxation: by `relax`, from 0.1 A off the minimum; global search: by
`global_minimum`, from 10 structures, 2 hops each. First call: by the clock, in a new process with a loaded potential;
XLA compiles, the C++ library has been compiled once before. Si: `evaluate_atoms` of 512 atoms of distorted diamond
silicon, 8 G2 and 24 G5 or G4, Rc 6 A, network 32-30-30-1; "moving": displaced by 0.01 A from call to call, neighbor
lists serving some calls; "new list": the cell changes, so that each serves one. 60 volumes: diamond, 8 atoms, from 0.7
to 1.3 of the volume, all of them in one call, after one that is not counted."""


def measured(case, engine, quick):
    """Smallest and median microseconds of one call, and the number of atoms, in this process."""
    call, n_atoms = _case(case, engine)
    repeats = 5 if quick or case.endswith("search") else REPEATS[engine][not case.endswith("ASE")]
    start = time.perf_counter()
    call()
    first = time.perf_counter() - start
    times = 1e6 * np.array(processor_times(call, repeats))
    return {"atoms": n_atoms, "minimum": float(times.min()), "median": float(np.median(times)), "first": first}


def _case(case, engine):
    if case.endswith("ASE"):
        return _gold(int(case[2]), engine)
    if case.endswith("relaxation"):
        return _relaxation(engine)
    if case.endswith("search"):
        return _global_search(engine)
    return _volumes(engine) if case.endswith("volumes") else _silicon(case, engine)


def _gold(n_atoms, engine):
    from atomzoo import PotentialCalculator, load_potential
    from atomzoo.datasets import gold_clusters

    atoms = gold_clusters.load_data(n_atoms=n_atoms)[1][0].copy()
    atoms.calc = PotentialCalculator(load_potential("au-clusters"), engine=engine)

    def call():
        atoms.positions[0, 0] += 1e-6
        atoms.get_potential_energy()
        atoms.get_forces()

    return call, n_atoms


def _relaxation(engine):
    from atomzoo import load_potential, relax
    from atomzoo.datasets import gold_clusters

    potential = load_potential("au-clusters")
    start = relax(gold_clusters.load_data(n_atoms=5)[1][0], potential).atoms
    start.rattle(0.1, seed=1)
    return lambda: relax(start, potential, engine=engine), len(start)


def _global_search(engine):
    from atomzoo import load_potential
    from atomzoo.datasets import gold_clusters
    from atomzoo.models.relaxation.global_search import global_minimum

    train, _ = gold_clusters.load_data(n_atoms=5)
    potential, starts = load_potential("au-clusters"), train[:: len(train) // 10][:10]
    return lambda: global_minimum(potential, starts, hops=2, engine=engine), 5


def _volumes(engine):
    from ase.build import bulk

    from benchmarks.silicon import silicon_potential

    potential = silicon_potential("G5", 6.0, dtype="float64")
    atoms = [bulk("Si", a=5.431 * part ** (1 / 3), cubic=True) for part in np.linspace(0.7, 1.3, 60)]
    return lambda: potential.evaluate_atoms(atoms, engine), 60 * len(atoms[0])


def _silicon(case, engine):
    from benchmarks.silicon import distorted_silicon, silicon_potential

    atoms, potential = distorted_silicon(4), silicon_potential(case[3:5], 6.0, dtype="float64")
    rng = np.random.default_rng(0)

    def call():
        if case.endswith("new list"):
            atoms.cell[0, 0] += 1e-9
        else:
            atoms.positions += rng.normal(scale=0.01, size=atoms.positions.shape)
        potential.evaluate_atoms(atoms, engine)

    return call, len(atoms)


def measurements(quick):
    """The rows of the table, one by one, as they are measured."""
    for case in CASES:
        compared = None
        for engine in ("tensorflow", "native"):
            options = {"case": case, "engine": engine, "quick": quick}
            found = run_alone("benchmarks.engines", options, n_cores=1)
            compared = compared or found["minimum"]
            times = (found["minimum"], found["median"], found["minimum"] / found["atoms"], compared / found["minimum"])
            yield (case, engine, found["atoms"], *(f"{value:.3g}" for value in (*times, found["first"])))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few calls only; writes nothing")
    quick, rows = parser.parse_args().quick, []
    for row in measurements(quick):
        print(*(f"{name}: {value}" for name, value in zip(COLUMNS, row, strict=True)), sep=", ", flush=True)
        rows.append(row)
    if not quick:
        write("engines", "Speed of the engines", NOTES, COLUMNS, rows)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()
