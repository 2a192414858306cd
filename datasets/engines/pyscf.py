"""Quantum chemistry of molecules and clusters by PySCF: Hartree-Fock, density functionals, MP2, CCSD and CCSD(T)."""

import importlib.util
import warnings
from dataclasses import dataclass

from ase import units
from ase.calculators.singlepoint import SinglePointCalculator
from scipy.spatial.distance import pdist

from atomzoo.datasets.arrays.validation import find_problem
from atomzoo.datasets.engines.label_error import LabelError
from atomzoo.datasets.engines.pyscf_methods import WAVE_FUNCTIONS, energy_and_gradient, is_functional

INSTALL = "pip install 'atomzoo[pyscf]'"
CLOSEST = 1e-3  # Å: below, PySCF stops
# Their valence functions belong to pseudopotentials of other names, which PySCF does not add.
PSEUDOPOTENTIAL_BASES = ("gth", "ccecp", "bfd")


class PySCFError(ValueError):
    """PySCF is not installed; the message is one line."""


@dataclass(frozen=True)
class PySCF:
    """A method and a basis of PySCF, for molecules and clusters.

    Orbitals are restricted if `spin` is 0 (RHF, RKS) and unrestricted otherwise (UHF, UKS); MP2 and coupled clusters
    start from these and correlate all electrons, or those of the valence shell. Where a basis has effective core
    potentials, as def2 has beyond Kr, they are used. Forces are the analytic derivatives, with the motion of the grid
    for functionals. An SCF that does not converge is tried again with shifted levels, and then by a second-order Newton
    method. One thread, one process.

    Args:
        method: method and basis, such as "ccsd(t)/aug-cc-pvdz": "hf", "mp2", "ccsd", "ccsd(t)", or any functional of
            PySCF ("pbe0/def2-svp"), in letters of any case; it is kept in lower case.
        charge: total charge, e.
        spin: number of unpaired electrons, 2S.
        max_cycle: largest number of iterations of each attempt at an SCF, and of the coupled-cluster equations.
        frozen_core: leave the electrons of inner shells uncorrelated in MP2 and coupled clusters, for which most bases
            are made.
        forces: whether labels have forces. Those of CCSD(T) take 10 to 20 times as long as the energy.

    Raises:
        PySCFError: PySCF is not installed.
        ValueError: `method` is not one of PySCF's.

    Example:
        >>> from ase.build import molecule
        >>> engine = PySCF("HF/STO-3G")
        >>> engine
        PySCF(method='hf/sto-3g', charge=0, spin=0, max_cycle=100, frozen_core=False, forces=True)
        >>> round(engine.single_point(molecule("H2")).get_potential_energy(), 3)
        -30.392
    """

    method: str
    charge: int = 0
    spin: int = 0
    max_cycle: int = 100
    frozen_core: bool = False
    forces: bool = True

    def __post_init__(self):
        _check_installed()
        object.__setattr__(self, "method", self.method.strip().lower())
        name, _, basis = self.method.partition("/")
        if not basis or not (name in WAVE_FUNCTIONS or is_functional(name)):
            example = "a method and a basis of PySCF, such as 'ccsd(t)/aug-cc-pvdz' or 'pbe0/def2-svp'"
            raise ValueError(f"`method` must be {example}. Received: method={self.method!r}")
        if basis.startswith(PSEUDOPOTENTIAL_BASES):
            raise ValueError(f"Bases of pseudopotentials are not supported. Received: {basis}")

    def single_point(self, atoms):
        """Return a copy of `atoms` that carries its energy (eV) and, unless told otherwise, forces (n, 3) (eV/Å).

        Raises:
            LabelError: SCF or coupled clusters do not converge, the energy is not finite, or two atoms coincide.
            ValueError: as of `molecule`, or PySCF has not implemented this.
        """
        molecule = self.molecule(atoms)
        if pdist(atoms.positions).min(initial=1) < CLOSEST:
            raise LabelError("PySCF gives no energy. Received: two atoms at one place")
        try:
            name, settings = self.method.partition("/")[0], (self.max_cycle, self.frozen_core, self.forces)
            energy, gradient = energy_and_gradient(molecule, name, *settings)
        except (RuntimeError, ImportError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"PySCF cannot compute energy and forces by {self.method}. Received: {reason}") from None
        labelled = atoms.copy()
        labelled.calc = SinglePointCalculator(labelled, energy=energy * units.Hartree)
        if self.forces:
            labelled.calc.results["forces"] = -gradient * units.Hartree / units.Bohr
        return labelled

    def label(self, structures):
        """Return copies of structures, a list of Atoms, that carry their labels, see `single_point`."""
        return [self.single_point(atoms) for atoms in structures]

    def molecule(self, atoms):
        """Return the `pyscf.gto.Mole` of a structure.

        Raises:
            ValueError: it is periodic or unusable, has an element that the basis has not, or another number of
                electrons than `charge` and `spin` allow.
        """
        from pyscf import gto

        problem = "a periodic structure" if atoms.pbc.any() else find_problem(atoms)
        if problem:
            raise ValueError(f"PySCF takes molecules and clusters without periodicity. Received: {problem}")
        electrons = int(atoms.numbers.sum()) - self.charge
        if electrons < max(1, abs(self.spin)) or (electrons - self.spin) % 2 or self.spin < 0:
            received = f"charge={self.charge}, spin={self.spin} for {electrons} electrons"
            raise ValueError(f"`spin` must be a possible number of unpaired electrons. Received: {received}")
        basis, elements = self.method.partition("/")[2], sorted(set(atoms.symbols))
        places = [*zip(atoms.symbols, atoms.positions / units.Bohr, strict=True)]
        options = {"unit": "Bohr", "charge": self.charge, "spin": self.spin, "verbose": 0}
        with warnings.catch_warnings():
            # one that is not there raises an error
            warnings.filterwarnings("ignore", "(Basis|ECP) may be available in basis-set-exchange")
            functions = {element: _basis(basis, element) for element in elements}
            cores = {element: core for element in elements if (core := _core(basis, element))}
            return gto.M(atom=places, basis=functions, ecp=cores, **options)


def _basis(basis, element):
    from pyscf import gto

    try:
        return gto.basis.load(basis, element)
    except (RuntimeError, KeyError):
        raise ValueError(f"PySCF has no such basis for {element}. Received: {basis}") from None


def _core(basis, element):
    """The effective core potential of the basis' name, which PySCF does not use unless told to."""
    from pyscf import gto

    try:
        return gto.basis.load_ecp(basis, element)
    except (RuntimeError, KeyError):
        return None


def _check_installed():
    if importlib.util.find_spec("pyscf") is None:
        raise PySCFError(f"PySCF is needed: {INSTALL}. Received: no Python package 'pyscf'")
