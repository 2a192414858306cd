"""Silicon: crystals of twelve phases, melts and glasses, with DFT energies, forces and stresses; unfinished."""

from pathlib import Path

import ase
import numpy as np
from ase import units

from atomzoo.datasets.engines import Espresso
from atomzoo.datasets.io.mixed_cells import read_mixed

FOLDER = Path(__file__).parent / "data" / "silicon"
SPLITS = ("train", "test")
TEST_SHARE = 0.1
# of Debian's quantum-espresso-data; norm-conserving
PSEUDOPOTENTIAL = Path("/usr/share/espresso/pseudo/Si.pz-vbc.UPF")
# Å: steps along reciprocal vectors are at most 2 pi over this length. The first labels were made with 18 Å, which costs
# metals up to 20 meV per atom (README of the data); `generate silicon relabel` makes them again.
KPOINT_LENGTH = 30.0

# eV Å^3. pw.x differentiates the energy at a fixed number of plane waves; at a fixed cutoff the pressure is larger by
# PULAY / V^2, V the volume of an atom: to some 10 %, by hand from eight crystals (`generate silicon cutoff` fits it).
PULAY = 2.05


def load_data(split: str = "train") -> list[ase.Atoms]:
    """Structures of silicon in cells of 1 to 16 atoms, with energies, forces and stresses: 1412 so far, of some 3000.

    Origin: computed for atomzoo with Quantum ESPRESSO 6.7, after the description in J. Behler and M. Parrinello, Phys.
    Rev. Lett. 98, 146401 (2007), whose own data are not public. Method: LDA, 20 Ry and Fermi-Dirac smearing of 0.1 eV,
    as in the paper; the norm-conserving pseudopotential Si.pz-vbc, and k-points (a shifted 6 x 6 x 6 grid for a cubic
    cell of 8 atoms; the first labels had fewer). The README beside the data has all settings, the error of the k-points
    and the number of structures of each phase.

    The info of a structure has `phase` ("diamond", "beta-tin", ..., "liquid" or "amorphous"), `kind` and, where they
    apply, `temperature` (K; of molecular dynamics, or of the displacements at random), `density` (g/cm^3), `potential`
    (of molecular dynamics) and `kpoint_length` (Å, see the README; 18 where it is missing). Kinds:

    - "symmetric": crystals of random volume, -2 to 60 GPa, strained, with all or some of their symmetry
    - "rattled": supercells of 2 to 8 atoms, strained, atoms displaced as at 300 to 3500 K; "distorted": likewise, but
      some symmetry is left
    - "melt": ends of molecular dynamics of 6 to 16 atoms at 1200 to 3500 K and 2.2 to 3.4 g/cm^3, or of a quench to
      300 K; "symmetric melt": likewise, with four symmetry operations
    - "relaxation" (only in the training set): steps of relaxations at fixed volume; `relaxed` is 1 in the last

    Total (free) energies in eV, about -107.8 eV per atom, forces in eV/Å. Stresses (eV/Å^3) are corrected for the
    finite plane-wave cutoff, so that they are the derivatives of these energies (see `PULAY`).

    Args:
        split: "train" or "test". The test set is a tenth of all structures but relaxations, drawn at random by their
            number: it grows with the data, and a structure never changes sides.

    Returns:
        list of `Atoms` with a single-point calculator, periodic in three directions.

    Raises:
        ValueError: there is no such split.

    Example:

    >>> structures = load_data("test")
    >>> structures[0].get_stress().shape
    (6,)
    """
    if split not in SPLITS:
        raise ValueError(f"`split` must be one of {SPLITS}. Received: split={split!r}")
    structures = [atoms for atoms in read_mixed(FOLDER / "silicon.npz") if is_test(atoms.info) == (split == "test")]
    for atoms in structures:
        atoms.calc.results["stress"][:3] -= PULAY / (atoms.get_volume() / len(atoms)) ** 2
    return structures


def is_test(info):
    """Return whether a structure with this info is of the test set.

    Example:

    >>> [index for index in range(30) if is_test({"index": index})]
    [11, 26, 27, 28]
    """
    # the same draws, however many
    return "index" in info and bool(np.random.default_rng((2007, info["index"])).random() < TEST_SHARE)


def reference_engine(**changes):
    """Quantum ESPRESSO with the settings of the data: what it labels may be added to them.

    Args:
        changes: other settings of `Espresso`, to measure what they change.

    Returns:
        `Espresso` of `atomzoo.datasets.engines`; `label` needs pw.x.

    Example:

    >>> engine = reference_engine()
    >>> engine.wavefunction_cutoff, engine.kpoints
    (20.0, 30.0)
    """
    settings = {
        "wavefunction_cutoff": 20.0,
        "density_cutoff": 80.0,
        "smearing": 0.1 / units.Ry,
        "occupations": "fermi-dirac",
        "convergence": 4e-7,
        "kpoints": KPOINT_LENGTH,
        "shifted": True,
        "symmetry": True,
        "stress": True,
        "electrons": {"mixing_beta": 0.7, "diago_david_ndim": 2},
    }
    return Espresso({"Si": PSEUDOPOTENTIAL}, **(settings | changes))
