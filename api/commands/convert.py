"""`atomzoo convert`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from atomzoo.commands.model import MODEL_HELP, EnergyUnit, LengthUnit
from atomzoo.console import err, out, start_backend


def convert(
    model: Annotated[
        list[Path], typer.Argument(metavar="MODEL...", help=f"{MODEL_HELP} Several are a committee (only for LAMMPS).")
    ],
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

    Several potentials become a committee, of which LAMMPS takes the mean and tells how far its forces are apart.
    A potential that the format cannot hold is refused, with the reason, before anything is written.
    """
    start_backend()
    from atomzoo.datasets.io.output_files import check_is_other
    from atomzoo.models.formats.loading import load_potential, save_potential
    from atomzoo.models.potential.committee import Committee

    if len(model) > 1 and to != "lammps":
        raise ValueError(f"Only a file for LAMMPS holds a committee. Received: {len(model)} potentials and --to {to}")
    check_is_other(output, *model)
    with err.status(f"reading {', '.join(map(str, model))}"):
        potentials = [load_potential(path, length_unit, energy_unit) for path in model]
    potential = potentials[0] if len(potentials) == 1 else Committee(potentials)
    save_potential(potential, output, to, ascii, length_unit, energy_unit)
    elements = ", ".join(potential.elements)
    kind = "potential" if len(potentials) == 1 else f"committee of {len(potentials)} potentials"
    out.print(f"a {kind} for {elements}\nwritten to {output}", markup=False, soft_wrap=True)
