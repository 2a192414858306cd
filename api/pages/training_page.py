"""The page of a training, MODEL.html."""

from atomzoo.pages import figures
from atomzoo.pages.errors import best_part, error_sections, in_unit
from atomzoo.pages.origin import origin
from atomzoo.pages.page import cards, figure, section, write_page

# Columns of a history and their units; those of projected forces are forces too.
CURVES = {
    "val_energy_per_atom_rmse": ("energy, meV/atom", 1e3),
    "val_forces_rmse": ("force component, eV/Å", 1.0),
    "val_projected_forces_rmse": ("projected force, eV/Å", 1.0),
    "val_stress_rmse": ("stress component, eV/Å³", 1.0),
}


def write_training_page(path, name, description, trainings, collected, command, seconds):
    """Writes the page of a training.

    Args:
        path: the .html file.
        name: of the potential.
        description: of its network in words.
        trainings: list of `Training`, the members of a committee.
        collected: `Collected` of the parts "training" and "validation".
        command, seconds: see `origin`.
    """
    part, errors = best_part(collected)
    numbers = [
        (f"{quantity} error", in_unit(quantity, error.rmse), f"RMSE, {part}") for quantity, error in errors.items()
    ]
    sizes = " + ".join(str(n) for n in collected.n_structures.values())
    numbers = [*numbers, ("structures", sizes, " + ".join(collected.parts))]
    others = [("recipe", trainings[0].recipe), ("members", len(trainings))]
    parts = [
        cards(numbers),
        _learning([training.history for training in trainings]),
        *error_sections(collected),
        origin(command, seconds, others),
    ]
    write_page(path, "Training", name, description, parts)


def _learning(history):
    columns = {name: of for name, of in CURVES.items() if name in history[0]}
    losses = {name: text for name, text in (("loss", "training"), ("val_loss", "validation")) if name in history[0]}

    def draw(*axes):
        figures.learning_curve(axes[0], history, losses, "loss")
        for each, (name, (unit, factor)) in zip(axes[1:], columns.items(), strict=True):
            figures.learning_curve(each, history, {name: "validation"}, unit, factor)

    drawing = figures.drawn(draw, 1 + len(columns))
    caption = "The loss, and errors of the structures held out as root mean squares, after each epoch."
    return section("Learning curve", figure(drawing, caption))
