"""Time of one evaluation of energy and forces: Keras eager, Keras compiled, and the C++ of the LAMMPS pair style.

After figures 7.4 and 7.5 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular
dynamics, MSc thesis, University of Oslo (2017). Those compare the network alone, of one input and one output,
untrained, in TensorFlow from Python, in TensorFlow from C++ and with Armadillo in C++, over layers and nodes: no
symmetry functions, no forces. TensorFlow is notably slower for small networks; the ratio of times falls towards 1 for
large ones, slowly. Here it is what a step of molecular dynamics takes: energy and forces with their symmetry functions,
where wide layers matter little.

* Silicon, diamond structure with displacements, the 24 functions of the thesis (cutoffs up to 6 A), float64.
* Over the number of atoms: two hidden layers of 30. Over their width: 512 atoms. The weights are random.
* Keras eager: each operation on its own, on arrays that are already there. Compiled: `evaluate_atoms`, neighbor lists
  included. LAMMPS: one process, molecular dynamics, its neighbor lists included.
* Processor time of all threads, the fastest of some repetitions: what other programs do then matters little.
"""

import re
import tempfile
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas

from atomzoo.console import track
from atomzoo.datasets.empirical import diamond_silicon
from atomzoo.datasets.engines import lammps_files
from atomzoo.datasets.engines.lammps import run_lammps
from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.stende_2017._shared import potentials

REPEATS = (1, 2, 3, 4, 6, 8)  # 8 to 4096 atoms
EAGER_LIMIT = 1000  # atoms; what is in between takes memory
WIDTH, WIDTHS = 30, (5, 10, 20, 40, 80, 160)
WIDTH_REPEAT = 4  # 512 atoms
LAMMPS_STEPS = 200_000  # steps times atoms
SCRIPT = """\
units metal
read_data silicon.data
{pair}
velocity all create 300 1 loop geom
fix motion all nve
run {steps}
"""


def run(seeds=None, quick=False, output=None):
    """Measures, prints the table, and writes evaluation_time.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of repetitions, of which the fastest counts; 3 by default.
        quick: Whether to show that it runs: one small crystal, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    jobs = [("atoms", WIDTH, repeat) for repeat in (REPEATS[:1] if quick else REPEATS)]
    jobs += [("width", width, 1 if quick else WIDTH_REPEAT) for width in (WIDTHS[:1] if quick else WIDTHS)]
    rows = [
        {"figure": figure, "width": width, "atoms": 8 * repeat**3, "program": program, "ms": 1e3 * seconds}
        for figure, width, repeat in track(jobs, "Measuring")
        for program, seconds in measured(width, repeat, seeds or 3).items()
    ]
    rows = pandas.DataFrame(rows)
    text = _markdown(rows, quick, time.time() - start)
    report.write_results(folder, "evaluation_time", rows, text, {"": _figure(rows)}, beside_paper(rows))


def redraw(folder):
    """Writes evaluation_time.md and .png anew from the recorded csv in a folder (`Path`)."""
    rows = report.recorded_rows(folder, "evaluation_time")
    text = _markdown(rows, False, 0.0)
    report.redraw_results(folder, "evaluation_time", text, {"": _figure(rows)}, beside_paper(rows))


def beside_paper(rows):
    """The table of `beside`: ratios of times of the compiled network in Keras and in LAMMPS, by width."""
    times = rows[rows["figure"] == "width"].pivot_table(index="width", columns="program", values="ms")
    ratios = times["Keras compiled"] / times["LAMMPS"]
    small, large = (f"Keras compiled / LAMMPS {ratios[width]:.3g} ({width} nodes)" for width in ratios.index[[0, -1]])
    figure = {
        "evaluations averaged": "the fastest of 3 counts",
        "inputs and outputs": "24 symmetry functions; energy and forces",
        "compared": "Keras eager, Keras compiled, C++ of LAMMPS",
        "small networks": small,
        "large networks, ratio of times tends to": large,
    }
    layers = {"nodes a layer, left column": str(WIDTH), "layers, right column": "2, of all widths"}
    return beside("stende_2017", {"figure-7-4": figure, "figure-7-5": layers})


def measured(width, repeat, repetitions):
    """Seconds of processor time of one evaluation by each program that can do it: a dict."""
    from atomzoo import NeuralNetworkPotential  # here, so that only who measures loads Keras

    atoms = diamond_silicon(repeat)
    atoms.rattle(0.1, seed=0)
    functions = potentials.functions("thesis")
    potential = NeuralNetworkPotential.from_functions(
        ["Si"], functions, (width, width), scaling="none", dtype="float64"
    )
    potential.atom_sum.scale.assign(0.01)  # gentle forces
    seconds = {"Keras compiled": _fastest(lambda: potential.evaluate_atoms(atoms, engine="tensorflow"), repetitions)}
    if len(atoms) <= EAGER_LIMIT:
        seconds["Keras eager"] = _fastest(_eager(potential, atoms), repetitions)
    return seconds | {"LAMMPS": min(_lammps(potential, atoms) for _ in range(repetitions))}


def _eager(potential, atoms):
    from atomzoo.datasets.arrays.batch import to_arrays

    arrays = to_arrays([atoms], potential.elements, potential.cutoff)
    potential.compile(loss={"forces": "mse"}, run_eagerly=True)  # so that `call` gives forces
    return lambda: potential(arrays)


def _fastest(function, repetitions):
    function()  # compiles
    seconds = []
    for _ in range(repetitions):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return min(seconds)


def _lammps(potential, atoms):
    from atomzoo.models.formats.lammps import pair_commands, write_lammps

    steps = max(10, LAMMPS_STEPS // len(atoms))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_lammps(potential, folder / "model.nn")
        (folder / "silicon.data").write_text(lammps_files.data_text(atoms, ["Si"]))
        pair = "\n".join(pair_commands(folder / "model.nn", ["Si"]))
        (folder / "in.lammps").write_text(SCRIPT.format(pair=pair, steps=steps))
        text = run_lammps(folder)
    loop = float(re.search(r"Loop time of (\S+) on", text)[1])
    return loop * float(re.search(r"([\d.]+)% CPU use", text)[1]) / 100 / steps


def _markdown(rows, quick, seconds):
    lines = ["# After figures 7.4 and 7.5 of Stende 2017: processor time of one evaluation of energy and forces, ms\n"]
    lines += [report.QUICK] if quick else []
    for figure, title in (("atoms", "number of atoms"), ("width", "width of both hidden layers")):
        table = rows[rows["figure"] == figure].pivot_table(index=["width", "atoms"], columns="program", values="ms")
        cells = [
            [width, atoms, *(f"{ms:.3g}" if ms == ms else "" for ms in row), f"{1e3 * row['LAMMPS'] / atoms:.2f}"]
            for (width, atoms), row in table.iterrows()
        ]
        lines += [f"## {title}\n", report.markdown_table(["width", "atoms", *table, "LAMMPS, µs/atom"], cells)]
    lines.append(section(beside_paper(rows)))
    return "\n".join([*lines, report.footer("stende-2017/evaluation-time", seconds)])


def _figure(rows):
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True, layout="constrained")
    for axis, name, label in zip(axes, ("atoms", "width"), ("atoms", "width of the hidden layers"), strict=True):
        for program, of_program in rows[rows["figure"] == name].groupby("program"):
            axis.loglog(of_program[name], of_program["ms"], "o-", label=program)
        axis.set_xlabel(label)
    axes[1].set_title(f"{8 * WIDTH_REPEAT**3} atoms")
    axes[0].set_ylabel("time of energy and forces (ms)")
    axes[0].legend()
    return figure
