"""Silicon by the network and by empirical potentials of LAMMPS."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from atomzoo.datasets.engines.lammps import Lammps, potential_file

NETWORK = "si-lda"  # of the zoo, made by accuracy.py
TITLES = {
    "Bazant": "M. Z. Bazant, E. Kaxiras and J. F. Justo, Phys. Rev. B 56, 8542 (1997)",
    "Lenosky": "T. J. Lenosky et al., Modelling Simul. Mater. Sci. Eng. 8, 825 (2000)",
    "Tersoff": "J. Tersoff, Phys. Rev. B 38, 9902 (1988)",
    "Stillinger-Weber": "F. H. Stillinger and T. A. Weber, Phys. Rev. B 31, 5262 (1985)",
}


def pair(name):
    """The input lines of LAMMPS of an empirical potential, a key of `TITLES`."""
    style, file = {
        "Bazant": ("edip", "Si.edip"),
        "Lenosky": ("meam/sw/spline", "Si.b.meam.sw.spline"),
        "Tersoff": ("tersoff", "Si.tersoff"),
        "Stillinger-Weber": ("sw", "Si.sw"),
    }[name]
    return [f"pair_style {style}", f"pair_coeff * * {potential_file(file)} Si"]


@contextmanager
def engine(name):
    """The `Lammps` engine of "network" or of an empirical potential."""
    if name != "network":
        yield Lammps(pair(name), ["Si"])
        return
    from atomzoo import load_potential, pair_commands  # here: only the worker processes load Keras
    from atomzoo.models.formats.lammps import write_lammps

    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "si_lda.nn"
        write_lammps(load_potential(NETWORK, dtype="float64"), network)
        yield Lammps(pair_commands(network, ["Si"]), ["Si"])
