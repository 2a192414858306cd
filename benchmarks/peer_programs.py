"""Other programs, with the potential that atomzoo is measured with: what they take for an atom."""

import os
import resource
import subprocess
from pathlib import Path

import numpy as np

from atomzoo.datasets.io.xsf import write_xsf
from atomzoo.models.formats.aenet import write_aenet
from atomzoo.models.formats.aenet.logs import read_predictions
from atomzoo.models.formats.n2p2 import write_input_data, write_n2p2
from atomzoo.reproductions.baselines.aenet import find_programs
from atomzoo.reproductions.baselines.aenet_inputs import predict_input
from benchmarks import lammps_plugin
from benchmarks.silicon import distorted_silicon, silicon_potential

REPEATS = 3


def in_lammps(kind, folder, sizes):
    """A step of molecular dynamics by the plugin."""
    pair = lammps_plugin.prepare(folder, kind)
    steps = {"G5": 400, "G4": 50}[kind] // (1 if sizes[0] == 4 else 10)
    rows = [lammps_plugin.measure(folder, pair, kind, 1, 1, steps) for _ in range(REPEATS)]
    return {"what": "step of dynamics", "time": min(row[-1] for row in rows)}


def n2p2(kind, folder, sizes):
    """nnp-predict of n2p2; a str that says what is missing."""
    program = Path(os.environ.get("N2P2_BIN", "")) / "nnp-predict"
    if not os.environ.get("N2P2_BIN") or not program.exists():
        return "no nnp-predict in N2P2_BIN"
    potential = _potential(kind)
    write_n2p2(potential, folder)

    def run(atoms):
        write_input_data([_labelled(atoms)], folder / "input.data")
        seconds = _cpu_seconds([program, "0"], folder)
        return seconds, float((folder / "energy.out").read_text().splitlines()[-1].split()[3])

    return _compared(run, potential, sizes)


def aenet(kind, folder, sizes):
    """predict.x of aenet; a str that says what is missing."""
    programs = find_programs()
    if programs is None:
        return "no predict.x in AENET_BIN"
    potential = _potential(kind)
    write_aenet(potential, folder)
    (folder / "predict.in").write_text(predict_input(["Si"], ["a.xsf"]))

    def run(atoms):
        write_xsf(folder / "a.xsf", atoms)
        seconds = _cpu_seconds([programs["predict.x"], "predict.in"], folder, folder / "predict.out")
        return seconds, read_predictions(folder / "predict.out")[0].energy

    return _compared(run, potential, sizes)


def dscribe(kind, folder, sizes):
    """ACSF of dscribe, values only: it has no analytic derivatives."""
    try:
        from dscribe.descriptors import ACSF
    except ImportError:
        return "dscribe is not installed"
    from benchmarks.timing import processor_times

    atoms, functions = distorted_silicon(sizes[0]), _potential(kind).functions
    radial = [[f.eta, f.rs] for f in functions if f.kind == "G2"]
    angular = [[f.eta, f.zeta, f.lambda_] for f in functions if f.kind == kind]
    acsf = ACSF(r_cut=6.0, species=["Si"], periodic=True, g2_params=radial, **{f"{kind.lower()}_params": angular})
    return {
        "what": "values of functions",
        "time": 1e6 * min(processor_times(lambda: acsf.create(atoms), 3)) / len(atoms),
    }


def _potential(kind):
    """That of the benchmark, whose features have the ranges of a distorted crystal."""
    potential = silicon_potential(kind, 6.0, dtype="float64")
    potential.adapt([_labelled(distorted_silicon(2, seed)) for seed in (0, 1)])
    return potential


def _labelled(atoms):
    from ase.calculators.singlepoint import SinglePointCalculator

    atoms.calc = SinglePointCalculator(atoms, energy=0.0, forces=np.zeros((len(atoms), 3)))
    return atoms


def _compared(run, potential, sizes):
    """What an atom takes: the difference of two sizes; and how the energy differs from ours."""
    small, large = (distorted_silicon(cells) for cells in sizes)
    (first, energy), (second, _) = (min(run(atoms) for _ in range(REPEATS)) for atoms in (small, large))
    ours = potential.evaluate_atoms(small)["energy"]
    return {
        "what": "energy, forces",
        "time": 1e6 * (second - first) / (len(large) - len(small)),
        "difference": abs(energy / ours - 1),
    }


def _cpu_seconds(command, folder, output=None):
    """Processor time of a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if output is not None:
        output.write_text(done.stdout)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


PROGRAMS = {
    "atomzoo, LAMMPS": in_lammps,
    "n2p2, nnp-predict": n2p2,
    "aenet, predict.x": aenet,
    "dscribe": dscribe,
}
