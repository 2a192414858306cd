"""Programs that label structures with energies and forces: Quantum ESPRESSO's pw.x."""

from atomzoo.datasets.engines.chunked_dynamics import ChunkedDynamics
from atomzoo.datasets.engines.espresso import Espresso, EspressoError
from atomzoo.datasets.engines.gth import convert_gth

__all__ = ["ChunkedDynamics", "Espresso", "EspressoError", "convert_gth"]
