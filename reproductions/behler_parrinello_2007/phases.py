"""Silicon: energy over volume of twelve crystal phases, and the pressures at which diamond turns into them.

J. Behler and M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007), state that the network reproduces the curves and the
transition pressures of DFT, and that empirical potentials do not even give the order of the phases. They print neither
figure nor numbers.

* "DFT": relaxations at fixed volume by Quantum ESPRESSO, recorded in `datasets.silicon`. The network has seen their
  steps, as the paper's has seen its crystals. R8, most of Cmca and Imma at its smallest volume are not converged:
  their energies by DFT are upper bounds, and their bulk moduli less certain.
* "network": `si-lda` of the zoo, made by `accuracy.py`; relaxed anew at the same volumes.
* "Stillinger-Weber" and "Tersoff": by LAMMPS, relaxed likewise.
* Shape of the cell and positions relax at fixed volume, from the phase's usual ones; its symmetry stays. Curves are
  fitted by Birch and Murnaghan's equation. Transition pressures are those of equal enthalpy, the slope of the common
  tangent.
* Result (results/phases.md): the curves of DFT within 7.3 meV/atom, diamond to beta-tin at 8.8 GPa where DFT has 9.1;
  Tersoff has BC8 100 meV/atom too low and beta-tin 250 too high, Stillinger and Weber beta-tin 260 too high.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

import pandas

from atomzoo.datasets import silicon
from atomzoo.datasets.engines.lammps import Lammps
from atomzoo.datasets.generate.silicon import curves
from atomzoo.datasets.generate.silicon.phases import build
from atomzoo.reproductions import report
from atomzoo.reproductions.behler_parrinello_2007._potentials import NETWORK, pair
from atomzoo.reproductions.jobs import run_jobs

SOURCES = ("network", "Stillinger-Weber", "Tersoff")
STEPS = 60  # of a relaxation, at most


def run(seeds=None, quick=False, output=None):
    """Relaxes all phases, prints the tables, and writes phases.csv, .md, .png and _paper.csv.

    Args:
        seeds: not used: nothing is random here.
        quick: Whether to show that it runs: two phases, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.behler_parrinello_2007._phases_output import beside_paper, figure, markdown

    folder = report.results_folder("behler-parrinello-2007", output, quick)
    partial = folder / "phases.partial.jsonl"
    start = time.time()
    phases = list(curves.VOLUMES)[: 2 if quick else None]
    jobs = [{"source": source, "phase": phase} for source in SOURCES for phase in phases]
    rows = run_jobs(relaxed_energies, jobs, partial, "Relaxing crystals").drop(columns="version")
    rows = rows.explode(["volume", "energy"], ignore_index=True).astype({"volume": float, "energy": float})
    dft = curves.energy_volume(silicon.load_data("train")).assign(source="DFT")
    rows = _joined(dft[dft["phase"].isin(phases)], rows)
    text = markdown(rows, quick, time.time() - start)
    report.write_results(folder, "phases", rows, text, {"": figure(rows)}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes phases.md and .png anew from the recorded csv in a folder (`Path`)."""
    from atomzoo.reproductions.behler_parrinello_2007._phases_output import beside_paper, figure, markdown

    rows = report.recorded_rows(folder, "phases")
    report.redraw_results(folder, "phases", markdown(rows, False, 0.0), {"": figure(rows)}, beside_paper(rows))


def relaxed_energies(source, phase):
    """Energies of a phase, relaxed at the volumes of `curves.VOLUMES`.

    Returns:
        Dict of the lists `volume` (Å^3 per atom) and `energy` (eV per atom).
    """
    engine, volumes, energies = _engine(source), curves.VOLUMES[phase], []
    atoms = build(phase, volumes[0])
    for volume in volumes:
        atoms.set_cell(atoms.cell * (volume * len(atoms) / atoms.get_volume()) ** (1 / 3), scale_atoms=True)
        steps = []
        curves.relax(atoms, engine, steps.append, STEPS)
        energies.append(steps[-1].get_potential_energy() / len(atoms))
    return {"volume": list(volumes), "energy": energies}


@dataclass(frozen=True)
class Engine:
    """What `curves.relax` takes, of a function that labels a list of Atoms."""

    label: Callable

    def single_point(self, atoms):
        return self.label([atoms])[0]


def _engine(source):
    if source == "network":
        from atomzoo import load_potential  # here: only the worker processes load Keras

        return Engine(functools.partial(_labelled, load_potential(NETWORK)))
    return Engine(Lammps(pair(source), ["Si"]).label)


def _labelled(potential, structures):
    from atomzoo.models.relaxation.result import single_point

    copies = [atoms.copy() for atoms in structures]
    for atoms, result in zip(copies, potential.evaluate_atoms(copies), strict=True):
        atoms.calc = single_point(atoms, result)
    return copies


def _joined(dft, rows):
    """All rows, each energy counted from the lowest of diamond by that source."""
    joined = pandas.concat([dft, rows], ignore_index=True)[["source", "phase", "volume", "energy"]]
    lowest = joined[joined["phase"] == "diamond"].groupby("source")["energy"].min()
    return joined.assign(energy=joined["energy"] - joined["source"].map(lowest))
