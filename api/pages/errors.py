"""The sections that the pages of training and prediction share: errors in numbers and figures."""

from atomzoo.commands.errors_table import ROWS
from atomzoo.pages import figures
from atomzoo.pages.page import figure, paragraph, section, table
from atomzoo.pages.structures import worst_structures

MOST_GROUPS = 30
AXES = {"energy": ("energy", "eV/atom"), "forces": ("force component", "eV/Å"), "stress": ("stress", "eV/Å³")}


def error_sections(collected):
    """List of HTML: table of errors, parity, groups, distances from the training range, worst structures.

    Args:
        collected: `Collected`.
    """
    if not collected.errors():
        return [section("Errors", paragraph("The structures have no labels to compare with.")), _outside(collected)]
    return [_table(collected), _parity(collected), _groups(collected), _outside(collected), _worst(collected)]


def best_part(collected):
    """Name and errors of the part that counts: the last, which is what was held out if anything was."""
    return list(collected.errors().items())[-1]


def in_unit(name, value):
    """An error in the unit that tables have.

    Example:
        >>> in_unit("energy", 0.0012)
        '1.2 meV/atom'
    """
    _, unit, factor = ROWS[name]
    return f"{factor * value:.4g} {unit}"


def _table(collected):
    rows = []
    for name, (title, unit, factor) in ROWS.items():
        for part, errors in collected.errors().items():
            if name in errors:
                error = errors[name]
                values = (f"{factor * value:.4g}" for value in (error.mae, error.rmse))
                rows.append([title, part, *values, unit, error.n_structures])
    return section("Errors", table(["error of", "structures", "MAE", "RMSE", "unit", "number"], rows, (2, 3, 5)))


def _parity(collected):
    names = [name for name in AXES if any(quantity == name for quantity, _ in collected.parity)]

    def draw(*axes):
        for each, name in zip(axes, names, strict=True):
            parts = {part: collected.parity[name, part].rows for part in collected.parts if (name, part) in present}
            figures.parity(each, parts, *AXES[name])

    present = set(collected.parity)
    caption = "Energies are counted from the elements' references. Of many values some are drawn, chosen at random."
    return section("Predictions and data", figure(figures.drawn(draw, len(names)), caption))


def _groups(collected):
    shown = sorted(collected.groups.items(), key=lambda entry: -_size(entry[1]))[:MOST_GROUPS]
    names = [name for name in AXES if any(name in errors for errors in collected.errors().values())]
    rows = []
    for group, parts in sorted(shown, key=lambda entry: entry[0]):
        for part, sums in parts.items():
            if errors := sums.errors():
                values = [f"{ROWS[name][2] * errors[name].rmse:.4g}" if name in errors else "-" for name in names]
                rows.append([group, part, max(error.n_structures for error in errors.values()), *values])
    titles = ["group", "structures", "number", *(f"{ROWS[name][0]}, {ROWS[name][1]}" for name in names)]
    left = len(collected.groups) - len(shown)
    more = f" The {len(shown)} largest of {len(collected.groups)} groups." if left else ""
    text = f"Root mean squares by config_type, or by formula where structures have none.{more}"
    return section("Errors by group", paragraph(text), table(titles, rows, range(2, len(titles))))


def _size(parts):
    """The number of labelled structures of a group."""
    return sum(max((error.n_structures for error in sums.errors().values()), default=0) for sums in parts.values())


def _outside(collected):
    title = "Distance from the training range"
    counts = ", ".join(
        f"{collected.n_outside[part]} of {n} {part}".strip() for part, n in collected.n_structures.items()
    )
    text = f"Structures with a symmetry function outside its range in the training data: {counts}."
    if not any(collected.n_outside.values()) or not collected.errors():
        return section(title, paragraph(text))
    samples = {part: sample.rows for part, sample in collected.distances.items()}
    has_forces = any("forces" in errors for errors in collected.errors().values())

    def draw(*axes):
        figures.distances(axes[0], samples, 1, "error of the energy, meV/atom", 1e3)
        if has_forces:
            figures.distances(axes[1], samples, 2, "error of the forces, eV/Å", 1.0)

    caption = (
        "Each point is a structure; how far its farthest value is outside, in widths of that function's range. At 0 "
        "all values are inside. Errors of forces are root mean squares of a structure."
    )
    return section(title, paragraph(text), figure(figures.drawn(draw, 1 + has_forces), caption))


def _worst(collected):
    name, shown = collected.worst
    by = "the root mean square error of their forces" if name == "forces" else "the error of their energy"
    text = (
        f"The {len(shown)} worst structures by {by}. Numbers count from 0 in the data. Arrows show the errors of "
        "forces, the longest always 2 Å; the list has its size. Choose a row; drag to turn, scroll to zoom."
    )
    return section("Worst structures", paragraph(text), worst_structures(shown))
