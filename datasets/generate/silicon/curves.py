"""Energy over volume of the phases of silicon: relaxation at fixed volume."""

import pandas
from ase.calculators.calculator import Calculator, all_changes
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS

OPEN, MIDDLE = (16.0, 17.0, 18.0, 18.8, 19.6, 20.4), (14.3, 15.3, 16.3, 17.2, 18.1)
DENSE = (10.7, 11.5, 12.3, 13.1, 13.9, 14.7)
VOLUMES = {  # Å^3 per atom
    "diamond": OPEN,
    "beta-tin": (11.5, 12.3, 13.1, 13.8, 14.5, 15.2),
    "Imma": (11.5, 12.3, 13.1, 13.8, 14.5, 15.2),
    "simple hexagonal": (11.5, 12.3, 13.1, 13.8, 14.5, 15.2),
    "hcp": DENSE,
    "fcc": DENSE,
    "bcc": DENSE,
    "simple cubic": (13.0, 14.0, 14.8, 15.6, 16.4),
    "hexagonal diamond": OPEN,
    "BC8": MIDDLE,
    "R8": MIDDLE,
    "Cmca": DENSE,
}
LARGEST_FORCE = 0.03  # eV/Å; what is left changes energies by less than 1 meV per atom


class EngineCalculator(Calculator):
    """An engine's `single_point` as an ASE calculator, for ASE's optimisers.

    Args:
        engine: object with `single_point(atoms)` that gives energy, forces and stress.
        report: function of the labelled Atoms, called after each calculation.
    """

    implemented_properties = ("energy", "forces", "stress")

    def __init__(self, engine, report):
        super().__init__()
        self.engine, self.report = engine, report

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        labelled = self.engine.single_point(atoms)
        self.results = labelled.calc.results
        self.report(labelled)


def relax(atoms, engine, report, steps=7):
    """Relax positions and the shape of the cell at fixed volume.

    Args:
        atoms: Atoms; moved in place. Its symmetry is kept.
        engine: see `EngineCalculator`.
        report: function of the labelled Atoms of each step.
        steps: largest number of steps.

    Returns:
        bool, whether forces and deviatoric stress have become small.
    """
    atoms.calc = EngineCalculator(engine, report)
    free = FrechetCellFilter(atoms, constant_volume=True)
    return bool(BFGS(free, logfile=None).run(fmax=LARGEST_FORCE, steps=steps))


def energy_volume(structures):
    """Energies of relaxed crystals.

    Args:
        structures: list of Atoms of `relax_phases`, or any others with these among them.

    Returns:
        pandas.DataFrame with `phase`, `volume` (Å^3 per atom) and `energy` (eV per atom).
    """
    rows = [
        {"phase": a.info["phase"], "volume": a.info["volume"], "energy": a.get_potential_energy() / len(a)}
        for a in structures
        if a.info.get("relaxed")
    ]
    return pandas.DataFrame(rows)
