"""The page of a refinement, report.html in its folder: the rounds, and the minimum."""

import numpy as np

from atomzoo.pages import figures
from atomzoo.pages.origin import origin
from atomzoo.pages.page import cards, figure, section, table, write_page

ENERGIES = {"network_eV": "network", "engine_eV": "engine", "relaxed_eV": "relaxed by the engine"}
SMALLEST = 1e-3  # meV, on the logarithmic axis


def write_refinement_page(path, name, result, tolerance, command, seconds):
    """Writes the page of a refinement.

    Args:
        path: the .html file.
        name: of the data.
        result: `LoopResult`.
        tolerance: in eV.
        command, seconds: see `origin`.
    """
    lowest = result.lowest
    numbers = [
        ("minimum", f"{lowest.get_potential_energy():.6f} eV", lowest.get_chemical_formula()),
        ("rounds", str(len(result.rounds)), f"{result.n_calls} calls of the engine"),
        ("converged", "yes" if result.converged else "no", f"tolerance {1e3 * tolerance:g} meV"),
    ]
    parts = [cards(numbers), *([_rounds(result.rounds, tolerance)] if result.rounds else []), origin(command, seconds)]
    write_page(path, "Refinement", name, result.message, parts)


def _rounds(rows, tolerance):
    titles = ["round", "calls", *(f"{title}, eV" for title in ENERGIES.values()), "difference, meV"]
    cells = [
        [
            row["round"],
            row["calls"],
            *("-" if row[name] is None else f"{row[name]:.6f}" for name in ENERGIES),
            f"{1e3 * row['difference_eV']:.3f}",
        ]
        for row in rows
    ]

    def draw(left, right):
        for color, (name, label) in zip(figures.COLORS[1:], ENERGIES.items(), strict=False):
            values = _column(rows, name) - np.nanmin(_column(rows, "engine_eV"))
            left.plot(range(len(rows)), 1e3 * values, "o-", lw=1.2, ms=4, color=color, label=label)
        left.set(xlabel="round", ylabel="energy above the engine's lowest, meV")
        left.legend()
        differences = np.maximum(1e3 * _column(rows, "difference_eV"), SMALLEST)
        right.plot(range(len(rows)), differences, "o-", lw=1.2, ms=4, color=figures.COLORS[1])
        right.axhline(1e3 * tolerance, color=figures.COLORS[2], lw=0.9, ls="--")
        right.set(xlabel="round", ylabel="difference of network and engine, meV")
        figures.log_scale(right)
        for axes in (left, right):
            axes.set_xticks(range(len(rows)))

    drawing = figure(
        figures.drawn(draw, 2), "The energy of the network's minimum in each round. Dashed: the tolerance."
    )
    return section("Rounds", drawing, table(titles, cells, range(6)))


def _column(rows, name):
    return np.array([np.nan if row[name] is None else row[name] for row in rows], float)
