"""Structures in three dimensions: a list of them, and a view by 3Dmol.js.

Version 2.5.5 of npm's `3dmol`, as it comes (BSD 3-clause), lies in `viewer` with its license, which goes into each
page: 0.54 MB, of which the wheel gets 0.16 MB. The x3d of ASE loads its viewer from the network, and draws no arrows.
"""

import json

import numpy as np

from atomzoo.pages.collected import group_of
from atomzoo.pages.page import resource, table

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
EDGES = [(a, b) for a in range(8) for b in range(a, 8) if np.abs(CORNERS[a] - CORNERS[b]).sum() == 1]
LONGEST_ARROW = 2.0  # A
TITLES = ("number", "part", "formula", "group", "energy, meV/atom", "forces, eV/Å", "outside")


def worst_structures(shown):
    """The list of structures and their view.

    Args:
        shown: list of `Shown`, one or more.

    Returns:
        str, HTML with the viewer in it.
    """
    attributes = [f'data-structure="{k}"' for k in range(len(shown))]
    rows = table(TITLES, [_row(found) for found in shown], (0, 4, 5, 6), attributes)
    data = json.dumps([_data(found) for found in shown]).replace("<", "\\u003c")
    return f"""<div class="view" id="view"></div>
{rows}
<script type="application/json" id="structures">{data}</script>
<script>/*! {resource("viewer/3Dmol-LICENSE.txt")} */
{resource("viewer/3Dmol-min.js")}</script>
<script>{resource("viewer/view.js")}</script>"""


def _row(found):
    energy = "-" if found.energy_error is None else f"{1e3 * found.energy_error:+.3g}"
    force = "-" if found.force_errors is None else f"{_lengths(found).max():.3g}"
    formula, group = found.atoms.get_chemical_formula(), group_of(found.atoms)
    return [found.place, found.part, formula, "" if group == formula else group, energy, force, f"{found.outside:.3g}"]


def _lengths(found):
    return np.linalg.norm(found.force_errors, axis=1)


def _data(found):
    """What the view draws of a structure: its atoms, the edges of its cell, and arrows of the errors of forces."""
    atoms = found.atoms
    places = atoms.positions.round(4)
    lines = (f"{symbol} {x} {y} {z}" for symbol, (x, y, z) in zip(atoms.symbols, places, strict=True))
    edges, arrows = [], []
    if atoms.pbc.any():
        corners = (CORNERS @ atoms.cell.array).round(4)
        edges = [(corners[a].tolist(), corners[b].tolist()) for a, b in EDGES]
    if found.force_errors is not None and _lengths(found).max() > 0:
        ends = places + found.force_errors * LONGEST_ARROW / _lengths(found).max()
        arrows = [(start.tolist(), end.tolist()) for start, end in zip(places, ends.round(4), strict=True)]
    return {"xyz": "\n".join([str(len(atoms)), "", *lines]), "edges": edges, "arrows": arrows}
