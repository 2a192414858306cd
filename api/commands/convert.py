"""`atomzoo convert`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from atomzoo.commands.model import MODEL_HELP, EnergyUnit, LengthUnit
from atomzoo.console import err, out, start_backend


def convert(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help=MODEL_HELP)],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="OUT", help="Folder for aenet and n2p2, file for LAMMPS and Keras."),
    ],
    to: Annotated[Literal["aenet", "n2p2", "lammps", "keras"], typer.Option("--to", help="Format to write.")],
    ascii: Annotated[
        bool,
        typer.Option("--ascii", help="Write text files, .nn.ascii, instead of binary ones (only with --to aenet)."),
    ] = False,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Converts a potential between Keras, aenet, n2p2 (RuNNer) and LAMMPS's nn/manybody.

    A potential that the format cannot hold is refused, with the reason, before anything is written.
    """
    start_backend()
    from atomzoo.models.formats.loading import load_potential, save_potential

    with err.status(f"reading {model}"):
        potential = load_potential(model, length_unit, energy_unit)
    save_potential(potential, output, to, ascii, length_unit, energy_unit)
    elements = ", ".join(potential.elements)
    out.print(f"a potential for {elements}\nwritten to {output}", markup=False, soft_wrap=True)
