"""Programs that label structures with energies and forces: Quantum ESPRESSO's pw.x, LAMMPS and PySCF."""

from atomzoo.datasets.engines.chunked_dynamics import ChunkedDynamics
from atomzoo.datasets.engines.espresso import Espresso, EspressoError
from atomzoo.datasets.engines.gth import convert_gth
from atomzoo.datasets.engines.label_error import LabelError
from atomzoo.datasets.engines.labelling import LabelledFile, label_in_turns
from atomzoo.datasets.engines.lammps import Lammps, LammpsError, lammps_command, potential_file
from atomzoo.datasets.engines.pyscf import PySCF, PySCFError

__all__ = [
    "ChunkedDynamics",
    "Espresso",
    "EspressoError",
    "LabelError",
    "LabelledFile",
    "Lammps",
    "LammpsError",
    "PySCF",
    "PySCFError",
    "convert_gth",
    "label_in_turns",
    "lammps_command",
    "potential_file",
]
