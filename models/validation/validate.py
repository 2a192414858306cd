"""All checks of a potential, one after the other."""

import ase

from atomzoo.models.relaxation.relax import relax
from atomzoo.models.validation.check import BAD, LOOK, Check
from atomzoo.models.validation.crystals import FMAX, find_crystals, quiet
from atomzoo.models.validation.data_ranges import ROOM_TEMPERATURE, shortest_distances, temperature_of
from atomzoo.models.validation.dimers import check_dimers
from atomzoo.models.validation.dynamics import check_dynamics, enlarged
from atomzoo.models.validation.elastic import check_elastic
from atomzoo.models.validation.phonons import check_phonons
from atomzoo.models.validation.volume_curve import check_volume

RELAXES = "good: it relaxes to a minimum"


def validate(potential, structures=(), temperature=None):
    """Checks what a potential is to be used for: crystals, close pairs, dynamics.

    Args:
        potential: `NeuralNetworkPotential` in float64.
        structures: list of `ase.Atoms`, the training data or some of them; without, a potential of one element is
            checked on the crystal of that element, and its distances on covalent radii.
        temperature: of the dynamics in K; None for that of the data, or 300.

    Yields:
        `Check`, as soon as it is made.

    Raises:
        ValueError: a temperature that is not above 0.

    Example:
        >>> from atomzoo import load_potential
        >>> potential = load_potential("si-stillinger-weber", dtype="float64")
        >>> check = next(validate(potential))
        >>> check.subject, check.verdict
        ('Si diamond', 'good')
    """
    if temperature is not None and not 0 < temperature < float("inf"):
        raise ValueError(f"The temperature must be above 0. Received: {temperature}")
    shortest = shortest_distances(structures, potential.elements)
    crystals = find_crystals(potential, structures)
    for crystal in crystals:
        yield from _crystal_checks(crystal, potential, structures)
    yield from check_dimers(potential, shortest)
    start = next((enlarged(crystal.atoms) for crystal in crystals if not crystal.problem), None)
    if start is None and structures:
        start = _relaxed(min(structures, key=len), potential)
    if start is None:
        yield Check("dynamics", "-", "there is no structure to start from", "name DATA", LOOK)
    else:
        yield from check_dynamics(
            potential, start, temperature or temperature_of(structures) or ROOM_TEMPERATURE, shortest
        )


def _crystal_checks(crystal, potential, structures):
    """Those of one crystal; a check that cannot be made is bad."""
    if crystal.problem:
        yield Check("crystal", crystal.name, crystal.problem, RELAXES, BAD)
        return
    checks = {
        "energy over volume": lambda: check_volume(crystal, potential, structures),
        "elastic constants": lambda: check_elastic(crystal, potential),
        "phonons at Gamma": lambda: check_phonons(crystal, potential),
    }
    for name, check in checks.items():
        try:
            yield check()
        except ValueError as error:
            yield Check(name, crystal.name, " ".join(str(error).split()), "good: it can be calculated", BAD)


def _relaxed(atoms, potential):
    """A structure that is no crystal at a minimum nearby; as it is if there is none."""
    bare = ase.Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    with quiet():
        return relax(bare, potential, fmax=FMAX).atoms
