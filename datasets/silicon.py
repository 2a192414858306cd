"""Silicon: crystals of twelve phases, the melt and glasses, DFT energies, forces and stresses."""

from pathlib import Path

from ase import units

from atomzoo.datasets.engines import Espresso

FOLDER = Path(__file__).parent / "data" / "silicon"
# of Debian's quantum-espresso-data; norm-conserving
PSEUDOPOTENTIAL = Path("/usr/share/espresso/pseudo/Si.pz-vbc.UPF")
KPOINT_LENGTH = 18.0  # Å


def reference_engine(**changes):
    """Quantum ESPRESSO with the settings of the data: what it labels may be added to them.

    Args:
        changes: other settings of `Espresso`, to measure what they change.

    Returns:
        `Espresso` of `atomzoo.datasets.engines`; `label` needs pw.x.

    Example:

    >>> reference_engine().wavefunction_cutoff
    20.0
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
