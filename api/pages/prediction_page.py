"""The page of predictions, beside the file they are written to."""

from atomzoo.pages.errors import best_part, error_sections, in_unit
from atomzoo.pages.origin import origin
from atomzoo.pages.page import cards, write_page


def write_prediction_page(path, model, data, collected, command, seconds):
    """Writes the page of the predictions of one file of structures.

    Args:
        path: the .html file.
        model, data: names of the potential and of the file.
        collected: `Collected` of one part.
        command, seconds: see `origin`.
    """
    (n_structures,) = collected.n_structures.values()
    numbers = [("structures", str(n_structures), f"{sum(collected.n_outside.values())} outside the training range")]
    if collected.errors():
        _, errors = best_part(collected)
        numbers = [*((f"{name} error", in_unit(name, error.rmse), "RMSE") for name, error in errors.items()), *numbers]
    parts = [cards(numbers), *error_sections(collected), origin(command, seconds)]
    write_page(path, "Prediction", f"{model} on {data}", "", parts)
