"""`atomzoo descriptors`."""

from pathlib import Path
from typing import Annotated

import typer

from atomzoo.commands.model import LengthUnit
from atomzoo.console import err, out, start_backend, track


def descriptors(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Structures, in any file that ASE reads.")],
    setup: Annotated[
        list[str],
        typer.Option(
            metavar="FILE",
            help="Functions: one aenet .stp file for each element, or one preset, .json file or n2p2 input.nn for all.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="File for the values, .npz.")],
    length_unit: LengthUnit = "A",
):
    """Writes the values of symmetry functions for all atoms to a NumPy file.

    The file holds `values` (one row for each atom, columns in the order of the set-up, NaN where another element has
    more functions), the `structure`, `atom` and `species` of each row, and `functions` as JSON.
    """
    start_backend()
    from atomzoo.datasets.arrays.batch import elements_of
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.function_files import load_setups
    from atomzoo.models.selection.descriptors import check_descriptor_file, save_descriptors
    from atomzoo.models.selection.descriptors import descriptors as evaluate

    check_descriptor_file(output)
    with err.status(f"reading {data}"):
        structures = read_structures(data, length_unit)
    chosen = load_setups(setup, elements_of(structures), length_unit)
    table = evaluate(structures, *chosen, track=lambda parts: track(parts, "evaluating"))
    save_descriptors(table, output)
    n_rows, n_columns = table["values"].shape
    out.print(f"{n_rows} atoms, {n_columns} functions\nwritten to {output}", markup=False, soft_wrap=True)
