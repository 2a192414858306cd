"""`atomzoo list`."""

from rich.markup import escape
from rich.table import Table

from atomzoo.catalog import data_sets, presets, reproductions, results_of
from atomzoo.console import out


def list_all():
    """Lists the potentials, data sets and reproductions that come with atomzoo."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    _add(table, "Potentials", presets().items())
    table.add_row()
    _add(table, "Data sets", [(found.name, found.summary) for found in data_sets()])
    table.add_row()
    _add(table, "Reproductions", [(found.name, f"{found.summary} {_state(found)}") for found in reproductions()])
    out.print(table)


def _add(table, title, rows):
    table.add_row(f"[bold]{title}[/]")
    for name, text in rows or [("none", "")]:
        table.add_row(f"  {escape(name)}", escape(text))


def _state(reproduction):
    results = results_of(reproduction)
    return f"Results: {', '.join(path.name for path in results)}." if results else "No results yet."
