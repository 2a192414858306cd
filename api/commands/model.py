"""The argument MODEL of several commands, the units of its files, and what seeds may be."""

from typing import Annotated, Literal

import typer

LARGEST_SEED = 2**31 - 1  # of TensorFlow's random numbers
MODEL_HELP = (
    "Potential: a name of atomzoo list, a .keras file, that of LAMMPS's nn/manybody, or a folder of aenet's networks "
    "(X.nn, X.nn.ascii) or n2p2's input.nn."
)
LengthUnit = Annotated[Literal["A", "Bohr"], typer.Option(help="Unit of lengths in n2p2's files, input.data too.")]
EnergyUnit = Annotated[Literal["eV", "Hartree"], typer.Option(help="Unit of energies in n2p2's files, input.data too.")]
