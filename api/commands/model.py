"""What several commands share: the argument MODEL, the units of its files, what seeds may be, where jobs run."""

from typing import Annotated, Literal

import typer

LARGEST_SEED = 2**31 - 1  # of TensorFlow's random numbers
MODEL_HELP = (
    "Potential: a name that `atomzoo list` prints, a .keras file, a file for LAMMPS's nn/manybody, or a folder with "
    "aenet's networks (X.nn, X.nn.ascii) or n2p2's input.nn."
)
LengthUnit = Annotated[Literal["A", "Bohr"], typer.Option(help="Length unit of n2p2's files, which do not name it.")]
Report = Annotated[bool, typer.Option("--report/--no-report", help="Write a page to look at, .html.")]
EnergyUnit = Annotated[
    Literal["eV", "Hartree"], typer.Option(help="Energy unit of n2p2's files, which do not name it.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        envvar="ATOMZOO_SCHEDULER",
        metavar="ADDRESS",
        help="Dask scheduler, such as tcp://node1:8786, whose workers do independent trainings.",
        show_default="this machine",
    ),
]
