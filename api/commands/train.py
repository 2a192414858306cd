"""`atomzoo train`."""

from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.core import TyperCommand

from atomzoo.commands.errors_table import errors_table
from atomzoo.commands.model import LARGEST_SEED, EnergyUnit, LengthUnit
from atomzoo.console import INTERRUPTED, err, out, progress_bar, start_backend


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
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...", help="Labelled structures, in any files that ASE reads; FILE@0:10 for some of a file."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="File of the potential, .keras.")],
    hidden: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            metavar="N N ...",
            help="Widths of the hidden layers of each element's network.",
            show_default="30 30, or 15 15 for few data",
        ),
    ] = None,
    symmetry_functions: Annotated[
        str, typer.Option(metavar="SET", help="Name of a preset, a .json file or an aenet .stp file.")
    ] = "barch-tubman-2017",
    forces: Annotated[
        bool | None, typer.Option("--forces/--no-forces", help="Fit forces.", show_default="if DATA has them")
    ] = None,
    stress: Annotated[
        bool | None, typer.Option("--stress/--no-stress", help="Fit stress.", show_default="if DATA has it")
    ] = None,
    force_weight: Annotated[
        float | None,
        typer.Option(help="Weight of forces in the loss: smaller gives better energies.", show_default="0.2"),
    ] = None,
    stress_weight: Annotated[
        float | None, typer.Option(help="Weight of stress in the loss.", show_default="0.1")
    ] = None,
    core: Annotated[
        bool,
        typer.Option("--core/--no-core", help="Keep atoms apart by a fixed repulsion (ZBL) where no data are."),
    ] = True,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Largest number of passes over the training structures, or of iterations of lbfgs.",
            show_default="500, or 1500 iterations",
        ),
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time after which training ends, such as 90s, 10m or 2h.")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Largest learning rate; it falls to zero (not used by lbfgs).", show_default="0.003"),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Structures in a batch (not used by lbfgs).", show_default="32")
    ] = None,
    validation: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Structures to validate, in place of a part of DATA.")
    ] = None,
    validation_fraction: Annotated[
        float, typer.Option(help="Part of the structures held out, of each composition and size.")
    ] = 0.1,
    patience: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Epochs without a smaller validation loss after which training ends.",
            show_default="300 for lbfgs",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the held-out part, the weights and the shuffling.")
    ] = 0,
    optimizer: Annotated[
        Literal["adam", "rmsprop", "lbfgs"] | None,
        typer.Option(
            help="lbfgs takes all structures at once; rmsprop is Barch and Tubman's.",
            show_default="lbfgs if memory suffices, else adam",
        ),
    ] = None,
    weight_decay: Annotated[
        float, typer.Option(help="Penalty on squared weights, in squared energy scales (only used by lbfgs).")
    ] = 1e-5,
    dtype: Annotated[
        Literal["float32", "float64"] | None,
        typer.Option(help="Precision.", show_default="float64 for lbfgs, else float32"),
    ] = None,
    energy_key: Annotated[str | None, typer.Option(metavar="KEY", help="Key of energies in DATA.")] = None,
    forces_key: Annotated[str | None, typer.Option(metavar="KEY", help="Key of forces in DATA.")] = None,
    stress_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Key of stresses in DATA; of virials, if it has virial in it.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="isolated|fit|FILE",
            help="What energies are counted from: the single atoms in DATA or in FILE, or least squares.",
            show_default="single atoms, if there is one of each element",
        ),
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="MODEL", help="Potential to be trained further, functions and all.")
    ] = None,
    members: Annotated[
        int,
        typer.Option(
            min=1, max=1000, help="Potentials of a committee, with other initial weights: MODEL-1, MODEL-2 ..."
        ),
    ] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a training of MODEL that was ended before its time.")
    ] = False,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
):
    """Trains a potential on energies (eV) and, where DATA has them, forces (eV/A) and stress (eV/A^3).

    What is not given is chosen from the data and printed. Writes MODEL, with the smallest validation loss, and its
    history beside it (.csv). Ctrl-C, SIGTERM and --time end training and keep the best so far; then, and when it was
    killed, --resume goes on from a checkpoint beside MODEL.
    """
    time_limit = None if time is None else _seconds(time)
    start_backend()
    from atomzoo.datasets.arrays.labels import check_labels
    from atomzoo.datasets.io.label_keys import LabelKeys
    from atomzoo.datasets.io.output_files import check_output
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.function_files import load_functions
    from atomzoo.models.formats.loading import load_potential
    from atomzoo.models.training.callbacks import StopOnSignal
    from atomzoo.models.training.train_committee import member_paths, train_committee
    from atomzoo.models.training.train_potential import elements_of

    keys = LabelKeys(energy_key, forces_key, stress_key)

    def read(paths):
        found = [read_structures(path, length_unit, energy_unit, keys, labelled=True) for path in paths]
        return [atoms for structures in found for atoms in structures]

    check_output(output)
    with err.status("reading data"):
        structures, held_out = read(data), read(validation) if validation else None
        if reference not in (None, "isolated", "fit"):
            reference = read([reference])
        potential = load_potential(start, length_unit, energy_unit) if start else None
    check_labels(structures)  # all, for the errors at the end are of all
    given = {
        "force_weight": force_weight,
        "stress_weight": stress_weight,
        "epochs": epochs,
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "patience": patience,
        "time_limit": time_limit,
    }
    signals = StopOnSignal()
    with _shown(time_limit) as progress:
        trainings = train_committee(
            structures,
            members,
            functions=load_functions(symmetry_functions, elements_of([*structures, *(held_out or ())])),
            hidden=hidden or None,
            forces="auto" if forces is None else forces,
            stress="auto" if stress is None else stress,
            core="zbl" if core else None,
            optimizer=optimizer,
            validation=held_out,
            validation_fraction=validation_fraction,
            reference=reference,
            start=potential,
            seed=seed,
            weight_decay=weight_decay,
            dtype=dtype,
            output=output,
            callbacks=[progress, signals],
            tell=_tell,
            resume=resume,
            **{name: value for name, value in given.items() if value is not None},
        )
    with err.status("evaluating"):
        errors = _errors(trainings)
    out.print(errors_table(errors))
    paths = ", ".join(map(str, member_paths(output, members)[: len(trainings)]))
    out.print(f"\n{_description(trainings[0].potential)}\nwritten to {paths}", markup=False, soft_wrap=True)
    if signals.name:
        _tell(f"ended by {signals.name}; the same command with --resume goes on")
        raise typer.Exit(INTERRUPTED)


def _seconds(text):
    """The seconds of "90s", "10m" or "2h"."""
    number, unit = text[:-1], {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    try:
        seconds = float(number) * unit
    except (TypeError, ValueError):
        seconds = float("nan")
    if not 0 < seconds < float("inf"):
        raise ValueError(f"A time is a number and s, m or h, such as 10m. Received: {text!r}")
    return seconds


def _tell(line):
    err.print(line, markup=False, soft_wrap=True)


@contextmanager
def _shown(time_limit):
    """A callback that shows the progress: a bar on a terminal, lines elsewhere."""
    import keras

    from atomzoo.models.training.callbacks import Progress, errors_in_words

    if not err.is_terminal:
        yield Progress(_tell, time_limit)
        return
    with progress_bar() as bar:
        task = bar.add_task("training", total=None, note="")

        class Bar(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                bar.update(task, total=self.params["epochs"], completed=epoch + 1, note=errors_in_words(logs))

        yield Bar()


def _errors(trainings):
    from atomzoo.models.potential.committee import Committee
    from atomzoo.models.potential.prediction_errors import prediction_errors

    parts = {"training": trainings[0].train, "validation": trainings[0].validation}
    potentials = [training.potential for training in trainings]
    evaluate = (potentials[0] if len(potentials) == 1 else Committee(potentials)).evaluate_atoms
    return {name: prediction_errors(part, evaluate(part)) for name, part in parts.items() if part}


def _description(potential):
    layers = "-".join(map(str, (*potential.atomic_network.hidden[potential.elements[0]], 1)))
    core = "" if potential.core is None else ", repulsive core"
    return f"{', '.join(potential.elements)}: {len(potential.functions)} symmetry functions, network {layers}{core}"
