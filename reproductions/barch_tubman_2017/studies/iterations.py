"""Gold clusters of 3, 4 and 5 atoms: the error of the network's minimum against the number of DFT calls.

The loops of `table_3`, the closed form of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural
Networks, UCB/EECS-2017-104 (2017), who made the first round only.

Error of a round: |E_network(min) - E_DFT(min)| + |E_DFT(min) - E_end|, where min is the network's minimum, and E_end
that of the last relaxation by DFT (of the lowest structure, if none arrived). Calls: those of the round, which know its
error, included.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas

from atomzoo.reproductions.barch_tubman_2017._shared.loops import QUICK, TOLERANCE, closed_loops, describe
from atomzoo.reproductions.report import footer, markdown_table, results_folder, write_results


def run(seeds=None, quick=False, output=None):
    """Replays or runs the loops, and writes iterations.csv, .md and .png.

    Args:
        seeds: Only 1: the loops are recorded for one seed.
        quick: Whether to show that it runs: Au3 only, replayed.
        output: `Path` of the folder to write to, and for copies of the records; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    loops = closed_loops(seeds, quick, folder)
    rows = pandas.concat([error_table(loop) for loop in loops], ignore_index=True)
    figure = _figure(rows, quick)
    write_results(folder, "iterations", rows, _markdown(rows, loops, quick, time.time() - start), {"": figure})


def error_table(loop):
    """The rounds of a `ClosedLoop`: `pandas.DataFrame` of atoms, seed, round, calls, error_meV, isomer."""
    rounds = pandas.DataFrame(loop.rounds)
    end = [loop.lowest_energy, *rounds["relaxed_eV"].dropna()][-1]
    error = 1e3 * ((rounds["network_eV"] - rounds["engine_eV"]).abs() + (rounds["engine_eV"] - end).abs())
    return rounds[["round", "calls", "isomer"]].assign(atoms=loop.n_atoms, seed=0, error_meV=error)


def _markdown(rows, loops, quick, seconds):
    cells = [(r.atoms, r.round, r.calls, f"{r.error_meV:.3f}", r.isomer) for r in rows.itertuples()]
    return "\n".join(
        ["# Barch and Tubman 2017, closed by DFT: error of the network's minimum\n", *[QUICK] * quick]
        + [describe(loops), markdown_table(("atoms", "round", "DFT calls", "error, meV", "isomer"), cells)]
        + [footer("barch-tubman-2017/iterations", seconds)]
    )


def _figure(rows, quick):
    figure, axes = plt.subplots(figsize=(6.0, 4.2), layout="constrained")
    for (atoms, group), marker in zip(rows.groupby("atoms"), "os^", strict=False):
        axes.plot(group["calls"], group["error_meV"], f"{marker}-", mfc="none", label=f"Au{atoms}")
    axes.axhline(1e3 * TOLERANCE, color="tab:red", lw=1, ls="--", label="1 meV")
    axes.set(yscale="log", xlabel="DFT calls", ylabel="error of the minimum (meV)", title="quick run" if quick else "")
    axes.legend(fontsize=9)
    return figure
