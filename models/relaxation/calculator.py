"""An ASE calculator of a potential: molecular dynamics, phonons, optimizers, anything ASE drives."""

import warnings

import ase.io
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from atomzoo.datasets.arrays.periodicity import has_stress
from atomzoo.datasets.io.output_files import check_structure_file, write_structures
from atomzoo.models.potential.extrapolation import (
    ExtrapolationError,
    ExtrapolationWarning,
    extrapolations_in_words,
)
from atomzoo.models.potential.length_unit import check_length_unit

COMPARED = {
    "positions": lambda atoms: atoms.positions,
    "numbers": lambda atoms: atoms.numbers,
    "cell": lambda atoms: atoms.cell.array,
    "pbc": lambda atoms: atoms.pbc,
}


class PotentialCalculator(Calculator):
    """Energy, forces and stress of a potential, for ASE.

    Its properties are `energy` and `free_energy` (eV, the same), `energies` (n,) of the atoms (eV), `forces` (n, 3)
    (eV/A) and `stress` (6,) in ASE's Voigt order xx, yy, zz, yz, xz, xy (eV/A^3). Slabs and wires have a stress within
    their periodic directions, 0 along the others; it is the virial over the volume of the whole cell, vacuum included,
    as of ASE's own calculators. Asking for that of a molecule, or in a cell without volume, raises
    `PropertyNotImplementedError`.

    Each calculation gives at most one `ExtrapolationWarning`; Python's warning filter switches them off. Molecular
    dynamics that leaves the training data can be stopped, and its frames kept for labelling.

    Args:
        potential: `NeuralNetworkPotential`, or a `Committee`; changes of its weights are seen.
        engine: see `NeuralNetworkPotential.evaluate_atoms`. With the Keras backend, the potential's dtype is that of
            the calculation: float64 is wanted for phonons, tight relaxation and conservation of energy.
        stop_at: number of atoms with a symmetry function outside its range in the training data at which a calculation
            raises an `ExtrapolationError`; None for warnings only.
        frames: file, best .extxyz, to which structures outside are added, without results: each that has more such
            atoms than all before it. Their info has `n_outside`, the number, and `outside`, the worst in words.

    Raises:
        ExtrapolationError: at the calculation, in one line: the worst atom, its element and symmetry function.
        ValueError: at the calculation, if the structure has an element that the potential does not know; at the first,
            if the potential's files were read in the wrong unit of length, see `check_length_unit`. Before, if
            `stop_at` is below 1.
        OSError: `frames` cannot be written.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo import NeuralNetworkPotential, PotentialCalculator
    >>> from atomzoo import load_function_set
    >>> train, validation = gold_clusters.load_data(n_atoms=3)
    >>> functions = load_function_set("barch-tubman-2017", ["Au"])
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(15, 15))
    >>> potential.adapt(train)
    >>> atoms = train[0].copy()
    >>> atoms.calc = PotentialCalculator(potential)
    >>> atoms.get_forces().shape, atoms.get_stress().shape
    ((3, 3), (6,))
    """

    implemented_properties = ["energy", "free_energy", "energies", "forces", "stress"]

    def __init__(self, potential, engine="auto", stop_at=None, frames=None, **kwargs):
        super().__init__(**kwargs)
        if stop_at is not None and stop_at < 1:
            raise ValueError(f"`stop_at` must be 1 or more. Received: {stop_at}")
        self.potential, self.engine, self.stop_at = potential, engine, stop_at
        self.frames = None if frames is None else check_structure_file(frames)
        self._is_checked, self._most_outside = False, 0

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        if atoms is not None:
            self.atoms = atoms.copy()  # all that ASE's method does, but for making a folder
        result = self.potential.evaluate_atoms(self.atoms, self.engine)
        if not self._is_checked:
            check_length_unit(self.potential, [self.atoms], [result["features"]])
            self._is_checked = True
        if result["n_outside"]:
            self._guard(result["features"])
        self.results = {name: result[name] for name in ("energy", "energies", "forces")}
        self.results["free_energy"] = result["energy"]
        if has_stress(self.atoms):
            self.results["stress"] = full_3x3_to_voigt_6_stress(result["stress"])

    def _guard(self, features):
        """Keeps the structure, stops or warns."""
        n_atoms, words = extrapolations_in_words(self.potential, self.atoms, features)
        kept = ""
        if self.frames is not None and n_atoms > self._most_outside:
            self._most_outside, kept = n_atoms, f"; written to {self.frames}"
            frame = self.atoms.copy()
            frame.info |= {"n_outside": n_atoms, "outside": words}
            before = ase.io.read(self.frames, ":") if self.frames.exists() else []
            write_structures(self.frames, [*before, frame])
        if self.stop_at is not None and n_atoms >= self.stop_at:
            raise ExtrapolationError(f"{words}, at which the calculation was to stop{kept}")
        if n_atoms:
            warnings.warn(words, ExtrapolationWarning, stacklevel=3)

    def check_state(self, atoms, tol=0.0):
        """As of ASE's calculators, but without tolerance: what differs in any bit is calculated anew.

        ASE's own comparison takes longer than the forces on a few atoms.
        """
        if self.atoms is None:
            return list(all_changes)
        return [name for name, array in COMPARED.items() if array(atoms).tobytes() != array(self.atoms).tobytes()]
