"""The table of prediction errors that `train` and `predict` print."""

from rich.table import Table

ROWS = {
    "energy": ("energy", "meV/atom", 1e3),
    "energies": ("atomic energy", "meV", 1e3),
    "forces": ("force component", "eV/Å", 1.0),
    "stress": ("stress component", "eV/Å³", 1.0),
}


def errors_table(errors):
    """A `rich` table of the errors of one or more parts of the data.

    Args:
        errors: dict, by the part's name, of what `prediction_errors` returns.
    """
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("error of", "unit", "MAE", "RMSE", "structures", ""):
        table.add_column(title, justify="right" if title in ("MAE", "RMSE", "structures") else "left")
    for name, (title, unit, factor) in ROWS.items():
        for part, found in errors.items():
            if name in found:
                error = found[name]
                values = (f"{factor * value:.4g}" for value in (error.mae, error.rmse))
                table.add_row(title, unit, *values, str(error.n_structures), part)
    return table
