"""`atomzoo train`."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.core import TyperCommand

from atomzoo.commands.errors_table import errors_table
from atomzoo.commands.model import LARGEST_SEED, EnergyUnit, LengthUnit
from atomzoo.console import err, out, progress_bar, start_backend


class ManyNumbersCommand(TyperCommand):
    """Lets `--hidden 30 20` stand for `--hidden 30 --hidden 20`."""

    def parse_args(self, ctx, args):
        repeated, is_open = [], False
        for argument in args:
            is_number = is_open and argument.isdigit()
            if is_number and repeated[-1] != "--hidden":
                repeated.append("--hidden")
            is_open = is_number or argument == "--hidden"
            repeated.append(argument)
        return super().parse_args(ctx, repeated)


def train(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Labelled structures, in any file that ASE reads.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="File of the potential, .keras.")],
    hidden: Annotated[
        list[int], typer.Option(min=1, metavar="N N ...", help="Widths of the hidden layers of each element's network.")
    ] = (30, 30),
    symmetry_functions: Annotated[
        str, typer.Option(metavar="SET", help="Name of a preset, a .json file or an aenet .stp file.")
    ] = "barch-tubman-2017",
    forces: Annotated[bool, typer.Option("--forces", help="Fit forces too.")] = False,
    force_weight: Annotated[
        float, typer.Option(help="Of forces in the loss; below 1, energies get better and forces worse.")
    ] = 1.0,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training structures; iterations of lbfgs.")] = 500,
    learning_rate: Annotated[float, typer.Option(help="Of the first epoch; it falls to zero. Not of lbfgs.")] = 3e-3,
    batch_size: Annotated[int, typer.Option(min=1, help="Structures in a batch. Not of lbfgs.")] = 32,
    validation_fraction: Annotated[float, typer.Option(help="Part of the structures held out.")] = 0.1,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Of the held-out part, weights and shuffling.")
    ] = 0,
    optimizer: Annotated[
        Literal["adam", "rmsprop", "lbfgs"],
        typer.Option(help="rmsprop is Barch and Tubman's; lbfgs, for small data sets, takes all structures at once."),
    ] = "adam",
    weight_decay: Annotated[
        float, typer.Option(help="Of lbfgs: penalty on squared weights, in squared energy scales.")
    ] = 1e-5,
    dtype: Annotated[
        Literal["float32", "float64"] | None,
        typer.Option(help="Precision.", show_default="float64 for lbfgs, else float32"),
    ] = None,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Trains a potential on energies (eV), with --forces also on forces (eV/A).

    Keeps the epoch with the smallest validation loss, or lbfgs's last. MODEL is written when training has ended.
    """
    start_backend()
    import keras

    from atomzoo.datasets.arrays.labels import check_labels
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.function_files import load_functions
    from atomzoo.models.training.train_potential import elements_of, train_potential

    with err.status(f"reading {data}"):
        structures = read_structures(data, length_unit, energy_unit)
    check_labels(structures)  # all, for the errors at the end are of all
    with progress_bar() as bar:
        task = bar.add_task("training", total=epochs, note="")
        show = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: bar.update(task, completed=epoch + 1, note=_losses(logs))
        )
        training = train_potential(
            structures,
            functions=load_functions(symmetry_functions, elements_of(structures)),
            hidden=hidden,
            forces="exact" if forces else None,
            force_weight=force_weight,
            epochs=epochs,
            optimizer=optimizer,
            learning_rate=learning_rate,
            batch_size=batch_size,
            validation_fraction=validation_fraction,
            seed=seed,
            weight_decay=weight_decay,
            dtype=dtype,
            output=output,
            callbacks=[show],
        )
    with err.status("evaluating"):
        errors = _errors(training)
    out.print(errors_table(errors))
    out.print(f"\n{_description(training.potential)}\nwritten to {output}", markup=False, soft_wrap=True)


def _errors(training):
    from atomzoo.models.potential.prediction_errors import prediction_errors

    parts = {"training": training.train, "validation": training.validation}
    evaluate = training.potential.evaluate_atoms
    return {name: prediction_errors(part, evaluate(part)) for name, part in parts.items() if part}


def _losses(logs):
    titles = {"loss": "loss", "val_loss": "validation"}
    return "  ".join(f"{title} {logs[name]:.3g}" for name, title in titles.items() if name in logs)


def _description(potential):
    layers = "-".join(map(str, (*potential.atomic_network.hidden[potential.elements[0]], 1)))
    return f"{', '.join(potential.elements)}: {len(potential.functions)} symmetry functions, network {layers}"
