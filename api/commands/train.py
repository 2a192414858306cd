"""`atomzoo train`."""

from contextlib import contextmanager
from time import monotonic

import typer
from typer.core import TyperCommand

from atomzoo.commands import train_options as options
from atomzoo.commands.errors_table import errors_table
from atomzoo.commands.model import EnergyUnit, LengthUnit, Report, Scheduler
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
    context: typer.Context,
    data: options.Data,
    output: options.Output,
    hidden: options.Hidden = None,
    symmetry_functions: options.SymmetryFunctions = None,
    cutoff: options.Cutoff = None,
    forces: options.Forces = None,
    stress: options.Stress = None,
    force_weight: options.ForceWeight = None,
    stress_weight: options.StressWeight = None,
    core: options.Core = True,
    epochs: options.Epochs = None,
    time: options.Time = None,
    learning_rate: options.LearningRate = None,
    batch_size: options.BatchSize = None,
    validation: options.Validation = None,
    validation_fraction: options.ValidationFraction = 0.1,
    patience: options.Patience = None,
    seed: options.Seed = 0,
    optimizer: options.Optimizer = None,
    weight_decay: options.WeightDecay = 1e-5,
    dtype: options.Dtype = None,
    energy_key: options.EnergyKey = None,
    forces_key: options.ForcesKey = None,
    stress_key: options.StressKey = None,
    reference: options.Reference = None,
    start: options.Start = None,
    members: options.Members = 1,
    resume: options.Resume = False,
    scheduler: Scheduler = None,
    length_unit: LengthUnit = "A",
    energy_unit: EnergyUnit = "eV",
    report: Report = True,
):
    """Trains a potential on energies (eV) and, where DATA has them, forces (eV/A) and stress (eV/A^3).

    What is not given is chosen from the data and printed. Writes MODEL, with the smallest validation loss, and beside
    it its history (.csv) and a page with figures (.html). Ctrl-C, SIGTERM and --time end training and keep the best so
    far; then, and when it was killed, --resume goes on from a checkpoint beside MODEL. With --scheduler and several
    members, --time holds for each, Ctrl-C loses those that are not complete, and --resume keeps the others.
    """
    begin, time_limit = monotonic(), None if time is None else _seconds(time)
    start_backend()
    from atomzoo.datasets.arrays.batch import elements_of
    from atomzoo.datasets.arrays.labels import check_labels
    from atomzoo.datasets.io.label_keys import LabelKeys
    from atomzoo.datasets.io.output_files import check_output
    from atomzoo.datasets.io.reading import read_structures
    from atomzoo.models.formats.function_files import load_functions
    from atomzoo.models.formats.loading import load_potential
    from atomzoo.models.training.callbacks import StopOnSignal
    from atomzoo.models.training.train_committee import member_paths, train_committee

    keys = LabelKeys(energy_key, forces_key, stress_key)

    def read(paths):
        found = [read_structures(path, length_unit, energy_unit, keys, labelled=True) for path in paths]
        return [atoms for structures in found for atoms in structures]

    check_output(output)
    page = output.with_suffix(".html")
    if report:
        check_output(page)
    with err.status("reading data"):
        structures, held_out = read(data), read(validation) if validation else None
        if reference not in (None, "isolated", "fit"):
            reference = read([reference])
        potential = load_potential(start, length_unit, energy_unit) if start else None
    check_labels(structures)  # all, for the errors at the end are of all
    functions = None
    if symmetry_functions is not None:
        functions = load_functions(symmetry_functions, elements_of([*structures, *(held_out or ())]))
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
            functions=functions,
            cutoff=cutoff,
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
            scheduler=scheduler,
            **{name: value for name, value in given.items() if value is not None},
        )
    with err.status("evaluating"):
        collected = _collected(trainings, [*structures, *(held_out or ())])
    out.print(errors_table(collected.errors()))
    paths, description = member_paths(output, members)[: len(trainings)], _description(trainings[0].potential)
    if report:
        from atomzoo.pages.training_page import write_training_page

        paths.append(page)
        seconds = monotonic() - begin
        write_training_page(page, output.stem, description, trainings, collected, context.obj, seconds)
    out.print(f"\n{description}\nwritten to {', '.join(map(str, paths))}", markup=False, soft_wrap=True)
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


def _collected(trainings, structures):
    """The errors of the parts of the data, numbered as the structures were read."""
    from atomzoo.models.potential.committee import Committee
    from atomzoo.pages.collected import Collected

    potentials = [training.potential for training in trainings]
    potential = potentials[0] if len(potentials) == 1 else Committee(potentials)
    collected, places = Collected(potential), {id(atoms): k for k, atoms in enumerate(structures)}
    for name, part in {"training": trainings[0].train, "validation": trainings[0].validation}.items():
        if part:
            collected.add(part, potential.evaluate_atoms(part), name, [places[id(atoms)] for atoms in part])
    return collected


def _description(potential):
    layers = "-".join(map(str, (*potential.atomic_network.hidden[potential.elements[0]], 1)))
    core = "" if potential.core is None else ", repulsive core"
    return f"{', '.join(potential.elements)}: {len(potential.functions)} symmetry functions, network {layers}{core}"
