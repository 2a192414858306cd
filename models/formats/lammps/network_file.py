"""Writes a `NeuralNetworkPotential`, or a committee of them, to the text file that `pair_style nn/manybody` reads."""

from atomzoo.datasets.io.output_files import replacing
from atomzoo.models.potential.feature_cache import unnamed
from atomzoo.models.potential.native.network_text import network_text


def write_lammps(potential, path):
    """Writes a potential to the file of `pair_style nn/manybody`: text, each number with all its digits.

    LAMMPS evaluates it in float64, also what was trained in float32. Of a committee it takes the mean, and tells how
    far its members' forces are apart; symmetry functions are evaluated once for all members.

    Args:
        potential: `NeuralNetworkPotential`; or `Committee` of some with the same symmetry functions.
        path: the file, replaced only once all is written.

    Raises:
        ValueError: something that the pair style does not know, and what; members of a committee with different
            functions. Nothing has been written then.
        OSError: the file cannot be written.

    Example:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo import NeuralNetworkPotential
    >>> from atomzoo.models.formats.lammps import write_lammps
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G2", cutoff=6.0, eta=0.2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "gold.nn"
    ...     write_lammps(potential, path)
    ...     [line for line in path.read_text().splitlines() if line.startswith("G2")]
    ['G2 cutoff 6.0 eta 0.2 rs 0.0 neighbors Au']

    References:
        Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis, University
        of Oslo (2017).
    """
    members = getattr(potential, "potentials", [potential])
    if any(_functions(member) != _functions(members[0]) for member in members):
        raise ValueError("The potentials of a committee in LAMMPS must have the same symmetry functions")
    text = "".join(map(network_text, members))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _functions(potential):
    """All that their values depend on, and which of them each element's network takes."""
    return unnamed(potential.descriptor.get_config()), getattr(potential.atomic_network, "feature_columns", None)
