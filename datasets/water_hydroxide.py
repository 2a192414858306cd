"""H3O2-, hydroxide with one water, by PBE0 and by CCSD(T): embedded, unfinished."""

from pathlib import Path

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.engines import PySCF
from atomzoo.datasets.io.reading import read_structures

FOLDER = Path(__file__).parent / "data" / "water_hydroxide"
FILE = FOLDER / "water_hydroxide.extxyz"
STATIONARY = FOLDER / "stationary.extxyz"
SPLITS = ("train", "test")
TEST_SHARE = 0.1
CHARGE = -1
BASIS = "aug-cc-pvdz"
METHODS = ("pbe0", "ccsd(t)")


def load_data(method: str = "ccsd(t)", split: str = "train") -> list[ase.Atoms]:
    """Structures of H3O2- (H2O and OH-, between which a proton moves), with energies, and forces by PBE0.

    Origin: computed for atomzoo with PySCF, for what B. Barch and N. Tubman (UCB/EECS-2017-104, 2017) name as their
    next step, the ion that L. Wagner and J. Grossman (Phys. Rev. Lett. 104, 210201, 2010) studied by quantum Monte
    Carlo. Structures come from molecular dynamics by PBE0 at 300 and 1000 K, and by networks at 100 to 1000 K; the
    README beside the data has the numbers. aug-cc-pVDZ, charge -1; CCSD(T) with the 1s electrons of oxygen frozen.

    Total energies in eV, about -4139.7 eV by PBE0 and -4135.1 eV by CCSD(T); forces in eV/A.

    Args:
        method: "pbe0", with forces, or "ccsd(t)", energies alone. Both are of the same structures.
        split: "train" or "test". The test set is a tenth, drawn at random by number: it grows with the data, and a
            structure never changes sides. Frames of one trajectory are on both sides.

    Returns:
        list of `Atoms` with a single-point calculator, not periodic.

    Raises:
        ValueError: no such method or split.

    Example:

    >>> structures = load_data("pbe0", "test")
    >>> structures[0].get_chemical_formula(), structures[0].get_forces().shape
    ('H3O2', (5, 3))
    """
    if split not in SPLITS:
        raise ValueError(f"`split` must be one of {SPLITS}. Received: split={split!r}")
    _check(method)
    structures = read_structures(FILE)
    chosen = [atoms for number, atoms in enumerate(structures) if is_test(number) == (split == "test")]
    for atoms in chosen:
        energy = atoms.info.pop("ccsdt_energy")
        if method == "ccsd(t)":
            atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return chosen


def load_stationary(method: str = "ccsd(t)") -> list[ase.Atoms]:
    """The minimum of H3O2-, and the symmetric structure between two of them, by a method itself.

    Relaxed with its analytic gradients until no force was above 1e-3 eV/A, see the README beside the data.

    Args:
        method: see `load_data`.

    Returns:
        Two `Atoms` with energies and forces: the minimum, and the saddle of the proton transfer.

    Raises:
        ValueError: no such method.

    Example:

    >>> minimum, saddle = load_stationary()
    >>> bool(abs(saddle.get_forces()).max() < 1e-3)
    True
    """
    _check(method)
    found = {atoms.info["kind"]: atoms for atoms in read_structures(STATIONARY) if atoms.info["method"] == method}
    return [found["minimum"], found["saddle"]]


def is_test(number):
    """Return whether the structure of this number is of the test set.

    Example:

    >>> [number for number in range(30) if is_test(number)]
    [3, 29]
    """
    return bool(np.random.default_rng(number).random() < TEST_SHARE)


def reference_engine(method):
    """PySCF with the settings of the embedded data: what it labels may be added to them.

    Args:
        method: "pbe0", whose labels have forces, or "ccsd(t)" with frozen cores, of energies alone.

    Returns:
        `PySCF` of `atomzoo.datasets.engines`.

    Raises:
        PySCFError: PySCF is not installed.
        ValueError: another method.
    """
    _check(method)
    coupled = method == "ccsd(t)"
    return PySCF(f"{method}/{BASIS}", CHARGE, frozen_core=coupled, forces=not coupled)


def _check(method):
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {METHODS}. Received: method={method!r}")
