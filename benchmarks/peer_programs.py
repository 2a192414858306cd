"""Other programs, with the potential that atomzoo is measured with: what they take for an atom."""

import os
import resource
import subprocess
from pathlib import Path

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.xsf import write_xsf
from atomzoo.models.formats.aenet import write_aenet
from atomzoo.models.formats.aenet.logs import read_predictions
from atomzoo.models.formats.n2p2 import read_input_data, read_n2p2, write_input_data, write_n2p2
from atomzoo.reproductions.baselines.aenet import find_programs
from atomzoo.reproductions.baselines.aenet_inputs import predict_input
from benchmarks.lammps_plugin import gentle_silicon, measure, prepare
from benchmarks.timing import processor_times

KINDS = ("G5", "G4")
LARGER = 4


def case(kind, multiple=1):
    """A structure and a potential.

    Args:
        kind: "G5" or "G4", for silicon; or a folder with the files of n2p2, in Bohr and Hartree, `input.data` included.
        multiple: how many times the structure is longer.

    Returns:
        `Atoms` and `NeuralNetworkPotential`. Features of silicon have the ranges of a distorted crystal.
    """
    if kind not in KINDS:
        atoms = read_input_data(Path(kind) / "input.data", "Bohr", "Hartree")[0]
        return atoms * (multiple, 1, 1), read_n2p2(kind, "Bohr", "Hartree")
    atoms, potential = gentle_silicon(kind)
    return atoms * (multiple, 1, 1), potential


def in_lammps(kind, folder, repeats):
    """A step of molecular dynamics by the plugin."""
    lines = prepare(folder, *case(kind))
    rows = [measure(folder, lines, 1, 1, 100 if kind == "G5" else 20) for _ in range(repeats)]
    return {"what": "step of dynamics", "time": min(row[5] for row in rows)}


def n2p2(kind, folder, repeats):
    """nnp-predict of n2p2; a str that says what is missing."""
    program = Path(os.environ.get("N2P2_BIN", "")) / "nnp-predict"
    if not os.environ.get("N2P2_BIN") or not program.exists():
        return "no nnp-predict in N2P2_BIN"
    write_n2p2(case(kind)[1], folder)

    def run(atoms):
        zeros = {"energy": 0.0, "forces": np.zeros((len(atoms), 3))}
        atoms.calc = SinglePointCalculator(atoms, **zeros)  # which the file must have
        write_input_data([atoms], folder / "input.data")
        seconds = _cpu_seconds([program, "0"], folder)
        return seconds, float((folder / "energy.out").read_text().splitlines()[-1].split()[3])

    return _compared(run, kind, repeats)


def aenet(kind, folder, repeats):
    """predict.x of aenet; a str that says why not."""
    programs, potential = find_programs(), case(kind)[1]
    if programs is None:
        return "no predict.x in AENET_BIN"
    try:
        write_aenet(potential, folder)
    except ValueError as error:
        return str(error)
    (folder / "predict.in").write_text(predict_input(potential.elements, ["a.xsf"]))

    def run(atoms):
        write_xsf(folder / "a.xsf", atoms)
        seconds = _cpu_seconds([programs["predict.x"], "predict.in"], folder, folder / "predict.out")
        return seconds, read_predictions(folder / "predict.out")[0].energy

    return _compared(run, kind, repeats)


def dscribe(kind, folder, repeats):
    """ACSF of dscribe, values only: it has no analytic derivatives."""
    if kind not in KINDS:
        return "functions of pairs of elements that it does not have"
    try:
        from dscribe.descriptors import ACSF
    except ImportError:
        return "dscribe is not installed"
    atoms, potential = case(kind)
    radial = [[f.eta, f.rs] for f in potential.functions if f.kind == "G2"]
    angular = {f"{kind.lower()}_params": [[f.eta, f.zeta, f.lambda_] for f in potential.functions if f.kind == kind]}
    acsf = ACSF(r_cut=potential.cutoff, species=["Si"], periodic=True, g2_params=radial, **angular)
    seconds = min(processor_times(lambda: acsf.create(atoms), repeats))
    return {"what": "values of functions", "time": 1e6 * seconds / len(atoms)}


def _compared(run, kind, repeats):
    """What an atom takes: the difference of two sizes; and how the energy differs from ours."""
    (small, potential), (large, _) = case(kind), case(kind, LARGER)
    (first, energy), (second, _) = (min(run(atoms) for _ in range(repeats)) for atoms in (small, large))
    time = 1e6 * (second - first) / (len(large) - len(small))
    ours = potential.evaluate_atoms(small)["energy"]
    return {"what": "energy, forces", "time": time, "difference": abs(energy / ours - 1)}


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
