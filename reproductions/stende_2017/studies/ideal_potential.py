"""Requirements of an ideal potential, and what was measured of each.

J. Behler, Phys. Chem. Chem. Phys. 13, 17930 (2011) and Int. J. Quantum Chem. 115, 1032 (2015), list what a potential
for molecular dynamics should be. Neither paper was at hand when this was written: the ten requirements here are in our
own words and order, and two of theirs may be one of ours.

* Measured here: on the potential `si-stillinger-weber` of the zoo, and on the data of its test trajectories.
* Read from the csv files of other scripts, which the last column names; where one is missing the table says so.
* Improvement: networks of two layers of 20, trained on parts of the crystals' data by 1000 iterations of L-BFGS.
  Where the error does not fall with the data, it is this network or its training that limits it.
* Strange structures: the diamond structure compressed by a fifth, simple cubic at 2.0 A, and a single atom.
"""

import time

import pandas

from atomzoo.console import track
from atomzoo.reproductions import report
from atomzoo.reproductions.stende_2017._shared import potentials
from atomzoo.reproductions.stende_2017._shared.ideal_readings import readings

REQUIREMENTS = (
    "accurate: energies and forces near those of the reference",
    "efficient: fast enough for large systems and long times",
    "improvable: more data make it better, systematically",
    "general: one form for all kinds of systems, few assumptions",
    "reactive: bonds may break and form",
    "high-dimensional: all coordinates of any number of atoms, at linear cost",
    "differentiable: exact forces, which conserve energy",
    "symmetric: the same for a structure moved, turned, or with like atoms exchanged",
    "automatic: made with little work by hand",
    "of known range: it tells where it does not hold",
)
ITERATIONS = 1000
THIS = "stende-2017/ideal-potential"


def run(seeds=None, quick=False, output=None):
    """Measures and collects the evidence, prints it, and writes ideal_potential.csv and .md.

    Args:
        seeds: Number of trainings on each part of the data, 1 by default.
        quick: Whether to show that it runs: few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    potential = potentials.published("silicon")
    train, _, test = (potentials.select(part, ["crystal"])[:: 8 if quick else 1] for part in potentials.data("silicon"))
    jobs = {
        "this potential": lambda: measured(potential, test),
        "networks of parts of the data": lambda: improved(train, test, 5 if quick else ITERATIONS, seeds or 1),
        "other scripts": readings,
    }
    found = sum((job() for job in track(list(jobs.values()), "Collecting evidence")), [])
    rows = pandas.DataFrame(found, columns=["number", "evidence", "value", "source"])
    rows = rows.sort_values("number", kind="stable")
    rows.insert(1, "requirement", [REQUIREMENTS[number - 1] for number in rows["number"]])
    report.write_results(folder, "ideal_potential", rows, _markdown(rows, quick, time.time() - start), {})


def measured(potential, test):
    """Evidence of the potential itself: rows of number of the requirement, evidence, value, source."""
    from atomzoo.reproductions.stende_2017._shared import ideal_evidence as evidence

    hot = test[-1]
    energy, forces = evidence.rms_errors(potential, test)
    change, force, beyond = evidence.leaving(potential)
    inside = evidence.extrapolating(potential, test)
    outside = {name: evidence.extrapolating(potential, these) for name, these in evidence.strange_structures().items()}
    parts = ", ".join(f"{100 * part:.3g} % ({name})" for name, part in {"crystal": inside, **outside}.items())
    found = [
        (1, "error on crystals of test trajectories", f"{energy:.3g} meV/atom, {forces:.3g} meV/Å"),
        (5, "energy within 0.001 Å of the cutoff through which an atom leaves", f"changes by {change:.1g} eV"),
        (5, "forces there; the atom's own outside", f"change by {force:.1g} eV/Å; {beyond:.1g} eV/Å"),
        (6, "E(8 cells) / 8 E(1 cell) - 1", f"{evidence.extensivity(potential, hot):.1g}"),
        (7, "forces less central differences", f"{evidence.force_deviation(potential, hot):.1g} eV/Å at most"),
        (8, "change of the energy by motion, rotation, exchange", f"{evidence.invariance(potential, hot):.1g} eV/atom"),
        (10, "atoms that are reported as outside the data", parts),
    ]
    return [(*row, THIS) for row in found]


def improved(train, test, iterations, n_seeds):
    """Evidence of improvement, as of `measured`."""
    from atomzoo.reproductions.stende_2017._shared import ideal_evidence as evidence

    errors = evidence.improvement(train, test, iterations, n_seeds)
    value = f"{', '.join(f'{error:.3g}' for error in errors.values())} meV/Å"
    return [(3, f"test error of forces with {', '.join(map(str, errors))} structures", value, THIS)]


def _markdown(rows, quick, seconds):
    first = ~rows["number"].duplicated()
    requirements = (rows["number"].astype(str) + " " + rows["requirement"]).where(first, "")
    table = zip(requirements, rows["evidence"], rows["value"], rows["source"], strict=True)
    return "\n".join(
        [
            "# Requirements of an ideal potential, and the evidence\n",
            *([report.QUICK] if quick else []),
            "In our own words, after Behler (2011, 2015). Unless it says otherwise the potential is "
            "si-stillinger-weber.\n",
            report.markdown_table(["requirement", "evidence", "value", "from"], list(table)),
            report.footer("stende-2017/ideal-potential", seconds),
        ]
    )
