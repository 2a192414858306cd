"""The ten requirements of an ideal potential, and what was measured for each.

Chapter 11 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017), which takes them from Behler and finds most of them met: all but prediction (7), and three in
part (6, 8 and 9). Order and meaning are the thesis's. It measures none of them; the evidence is ours.

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
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import paper_numbers, printed
from atomzoo.reproductions.stende_2017._shared import potentials
from atomzoo.reproductions.stende_2017._shared.ideal_readings import readings

COUNT = int(printed("stende_2017", "requirements", "number"))
_WORDS = paper_numbers("stende_2017").query("item == 'requirements'").set_index("quantity")["value"]
REQUIREMENTS = tuple(_WORDS[f"requirement {number}"] for number in range(1, COUNT + 1))
VERDICTS = tuple(_WORDS[f"requirement {number}, verdict"] for number in range(1, COUNT + 1))  # the thesis's
ITERATIONS = 1000
THIS = "stende-2017/ideal-potential"


def run(seeds=None, quick=False, output=None):
    """Measures and collects the evidence, prints it, and writes ideal_potential.csv, .md and _paper.csv.

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
    rows.insert(2, "verdict_of_the_thesis", [VERDICTS[number - 1] for number in rows["number"]])
    text = _markdown(rows, quick, time.time() - start)
    report.write_results(folder, "ideal_potential", rows, text, {}, beside_paper(rows))


def redraw(folder):
    """Writes ideal_potential.md anew from the recorded csv in a folder (`Path`)."""
    rows = report.recorded_rows(folder, "ideal_potential")
    report.redraw_results(folder, "ideal_potential", _markdown(rows, False, 0.0), {}, beside_paper(rows))


def beside_paper(rows):
    """The table of `beside`: each verdict of the thesis beside the evidence."""
    ours = {
        f"requirement {number}, verdict": "; ".join(f"{row.evidence}: {row.value}" for row in group.itertuples())
        for number, group in rows.groupby("number")
    }
    return beside("stende_2017", {"requirements": {"number": rows["number"].nunique(), **ours}})


def measured(potential, test):
    """Evidence of the potential itself: rows of number of the requirement, evidence, value, source."""
    from atomzoo.reproductions.stende_2017._shared import ideal_evidence as evidence

    hot = test[-1]
    energy, forces = evidence.rms_errors(potential, test)
    change, force, beyond = evidence.leaving(potential)
    inside = evidence.extrapolating(potential, test)
    outside = {name: evidence.extrapolating(potential, these) for name, these in evidence.strange_structures().items()}
    parts = ", ".join(f"{100 * part:.3g} % ({name})" for name, part in {"crystal": inside, **outside}.items())
    errors = ", ".join(f"{error:.3g} ({name})" for name, error in evidence.strange_errors(potential).items())
    found = [
        (1, "error on crystals of test trajectories", f"{energy:.3g} meV/atom, {forces:.3g} meV/Å"),
        (4, "energy within 0.001 Å of the cutoff through which an atom leaves", f"changes by {change:.1g} eV"),
        (4, "forces there; the atom's own outside", f"change by {force:.1g} eV/Å; {beyond:.1g} eV/Å"),
        (5, "E(8 cells) / 8 E(1 cell) - 1", f"{evidence.extensivity(potential, hot):.1g}"),
        (10, "forces less central differences", f"{evidence.force_deviation(potential, hot):.1g} eV/Å at most"),
        (5, "change of the energy by motion, rotation, exchange", f"{evidence.invariance(potential, hot):.1g} eV/atom"),
        (2, "atoms that are reported as outside the data", parts),
        (7, "error of the energy of strange structures, eV/atom", errors),
    ]
    return [(*row, THIS) for row in found]


def improved(train, test, iterations, n_seeds):
    """Evidence of improvement, as of `measured`."""
    from atomzoo.reproductions.stende_2017._shared import ideal_evidence as evidence

    errors = evidence.improvement(train, test, iterations, n_seeds)
    value = f"{', '.join(f'{error:.3g}' for error in errors.values())} meV/Å"
    return [(2, f"test error of forces with {', '.join(map(str, errors))} structures", value, THIS)]


def _markdown(rows, quick, seconds):
    first = ~rows["number"].duplicated()
    requirements = (rows["number"].astype(str) + " " + rows["requirement"]).where(first, "")
    verdicts = rows["verdict_of_the_thesis"].where(first, "")
    table = zip(requirements, verdicts, rows["evidence"], rows["value"], rows["source"], strict=True)
    return "\n".join(
        [
            "# Requirements of an ideal potential, and the evidence\n",
            *([report.QUICK] if quick else []),
            "The requirements of chapter 11 of the thesis, after Behler (2011), and its verdicts, of which none is "
            "measured there. Unless it says otherwise the potential is si-stillinger-weber.\n",
            report.markdown_table(["requirement", "thesis", "evidence", "value", "from"], list(table)),
            section(beside_paper(rows)),
            report.footer("stende-2017/ideal-potential", seconds),
        ]
    )
