"""The closed loops of Au3, Au4 and Au5 behind table 3: run once by DFT, and recorded.

The record of a loop is its folder (see `LoopFolder`), beside the data of gold clusters. A loop whose folder is
complete is replayed without a single DFT call; where something is missing, pw.x computes it. Remove the folders to run
them anew.

The engine is that of the embedded data (`gold_clusters.reference_engine`): energies of other cutoffs must not be mixed.
It gets each cluster in the same orientation (`free_clusters`).
The folder knows both, and refuses a loop of other data or other settings.
"""

import os
import shutil
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import ase.io
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from rich.console import Console

from atomzoo.datasets import gold_clusters
from atomzoo.models.active_learning.refine import LoopResult, refine, train_on_forces
from atomzoo.reproductions.barch_tubman_2017._shared.free_clusters import FreeClusters, freed, is_free
from atomzoo.reproductions.barch_tubman_2017._shared.isomer_names import isomer_name
from atomzoo.reproductions.report import recorded

QUICK = "**Quick run: the record of Au3 only.**\n"
RECORDED = gold_clusters.FOLDER / "loops"
SIZES = (3, 4, 5)
N_NETWORKS = 2
TOLERANCE = 1e-3  # eV
BUDGET = 100  # DFT calls of a size


def train_on_labels(structures, seed, iterations, force_weight, core=None):
    """As `train_on_forces`, but of frames of the data, in any orientation, and what the loop has labelled, all in one.

    The latter are few, but near minima: together they count as much as all frames. The former are higher by some 20 meV
    on average, which a network of the frames alone measures, and is taken off. Without labels forces weigh as much as
    energies, which makes a first network that can be trusted; with them less, so that energies at the minimum are right
    to a meV.
    """
    labelled = [atoms for atoms in structures if "role" in atoms.info]
    frames = [atoms for atoms in structures if "role" not in atoms.info]
    options = {"functions": "barch-tubman-2017", "core": core}
    if not labelled:
        return train_on_forces(frames, seed, iterations=iterations, **options)
    results = train_on_forces(frames, seed, iterations=iterations // 3, **options).evaluate_atoms(labelled)
    pairs = zip(results, labelled, strict=True)
    offset = np.median([result["energy"] - atoms.get_potential_energy() for result, atoms in pairs])
    repeats = max(len(frames) // len(labelled), 1)
    data = [*(_shifted(atoms, -offset) for atoms in frames), *labelled * repeats]
    return train_on_forces(data, seed, iterations=iterations, force_weight=force_weight, **options)


def _shifted(atoms, offset):
    copy = atoms.copy()
    copy.calc = SinglePointCalculator(copy, energy=atoms.get_potential_energy() + offset, forces=atoms.get_forces())
    return copy


TRAIN = partial(train_on_labels, iterations=2000, force_weight=0.1)


def describe(loops):
    """How many DFT calls the loops took, and how they ended, in words."""
    new = sum(loop.n_computed for loop in loops)
    recorded = sum(loop.result.n_calls for loop in loops) - new
    ends = "; ".join(f"Au{loop.n_atoms}: {loop.result.message}, {loop.result.n_calls} calls" for loop in loops)
    return f"DFT calls: {recorded} recorded, {new} computed in this run, at most {BUDGET} a size. {ends}.\n"


@dataclass(frozen=True)
class ClosedLoop:
    """A loop that has ended.

    Attributes:
        n_atoms: size of the cluster.
        data: list of labelled `ase.Atoms` that it started from.
        result: what `refine` returned.
        folder: `Path` of its record.
        n_computed: number of DFT calls of this run; the others are recorded.
    """

    n_atoms: int
    data: list[ase.Atoms]
    result: LoopResult
    folder: Path
    n_computed: int

    @property
    def start(self):
        """The training sample of the lowest energy."""
        return min(self.data, key=lambda atoms: atoms.get_potential_energy())

    @property
    def added(self):
        """List of the structures that DFT labelled in the loop."""
        return self.result.structures[len(self.data) :]

    @property
    def lowest_energy(self):
        """The lowest energy by DFT in eV."""
        return self.result.lowest.get_potential_energy()

    @cached_property
    def rounds(self):
        """List of dicts: the rounds of `refine`, and the name of the `isomer` that each found."""
        minima = [ase.io.read(self.folder / f"round_{row['round']}/candidates.extxyz", 0) for row in self.result.rounds]
        return [{**row, "isomer": isomer_name(atoms)} for row, atoms in zip(self.result.rounds, minima, strict=True)]


class _Engine:
    """The engine of the data. Counts its calls, and has a name without the place of its files on this machine."""

    def __init__(self):
        self.engine, self.n_calls = FreeClusters(gold_clusters.reference_engine()), 0

    def label(self, structures):
        labelled = self.engine.label(structures)
        self.n_calls += len(structures)
        return labelled

    def __repr__(self):
        return repr(self.engine).replace(f"{gold_clusters.FOLDER}/", "")


def closed_loops(seeds, quick, output):
    """The loops of all sizes, replayed from their records or run.

    Args:
        seeds: None or 1: DFT is paid for one seed.
        quick: Whether to replay that of Au3 only.
        output: `Path` of the folder of results; in another than the usual one the loops run in copies of the records.

    Returns:
        List of `ClosedLoop`.

    Raises:
        ValueError: more seeds, a quick run without a record, or what `refine` raises.
    """
    if seeds not in (None, 1):
        raise ValueError(f"The loops are recorded for one seed. Received: seeds={seeds}")
    if quick and not (RECORDED / "au3" / "log.csv").is_file():
        raise ValueError(f"A quick run replays the record of Au3. Received: '{RECORDED}', where it is not")
    folder = RECORDED if output == recorded("barch-tubman-2017") else _copied_records(output / "recorded")
    return [close_loop(n_atoms, folder / f"au{n_atoms}") for n_atoms in (SIZES[:1] if quick else SIZES)]


def close_loop(n_atoms, folder):
    """The loop of one size in its folder: `ClosedLoop`."""

    def tell(row):
        calls, difference = row["calls"], 1e3 * row["difference_eV"]
        Console().print(f"Au{n_atoms}, round {row['round']}: {calls} DFT calls, difference {difference:.3f} meV")

    data, engine = training_data(n_atoms), _Engine()
    result = refine(data, engine, folder, TRAIN, TOLERANCE, BUDGET, N_NETWORKS, callback=tell)
    _forget_networks(folder)
    return ClosedLoop(n_atoms, data, result, folder, engine.n_calls)


def training_data(n_atoms):
    """What a loop starts from: the kept free frames, without their box."""
    train, validation = gold_clusters.load_data(n_atoms)
    return [freed(atoms) for atoms in (*train, *validation) if is_free(atoms)]


def _copied_records(folder):
    if RECORDED.is_dir() and not folder.exists():
        temporary = folder.with_name(f".{folder.name}-{os.getpid()}")
        shutil.copytree(RECORDED, temporary)
        temporary.replace(folder)
    folder.mkdir(exist_ok=True)
    return folder


def _forget_networks(folder):
    """Keeps the record small: no replay asks for networks but the first, and those of the last round."""
    *finished, _ = sorted(folder.glob("round_*"), key=lambda path: int(path.name.removeprefix("round_")))
    for path in (path for one in finished for path in one.glob("*.keras")):
        if path != folder / "round_0" / "potential_0.keras":
            path.unlink()
