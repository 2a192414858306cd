"""TiO2: test errors of the grid's best network beside the 327.7 eV of the Keras BPNN paper, and beside aenet's.

The paper's test RMSE is 327.7 eV, by its own words with symmetry functions that were not tested; it does not say
whether of structures or atoms, prints 347.7 a line before, and sums it up as an accuracy of 100 eV. Ours is given both
per atom (meV) and for whole structures (eV). A constant energy for each element, with no network at all, is there as
the error to be below.
"""

import time

import numpy as np
import pandas

from atomzoo.datasets import tio2
from atomzoo.reproductions import report, tio2_data
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.report import spread
from atomzoo.reproductions.tio2_bpnn._shared import trained


def run(seeds=None, quick=False, output=None):
    """Measures the best network, trained now if table_2 has not; writes test_error.csv, .md and _paper.csv.

    Args:
        seeds, quick, output: See `table_2`.
    """
    folder = report.results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, _, predictions = trained(folder, seeds, quick)
    tests = predictions[predictions["part"] == "test"]
    table = pandas.DataFrame([{"seed": seed, **test_errors(group)} for seed, group in tests.groupby("seed")])
    text = describe(table, int(rows["every"].iloc[0]), quick, time.time() - start)
    report.write_results(folder, "test_error", table, text, {}, beside_paper(table))


def redraw(folder):
    """Writes test_error.md anew from the recorded test_error.csv in a folder (`Path`); needs the data."""
    table = report.recorded_rows(folder, "test_error")
    report.redraw_results(folder, "test_error", describe(table, 1, False, 0.0), {}, beside_paper(table))


def beside_paper(table):
    """The table of `beside` of errors by seed; those of whole structures, in eV."""
    ours = {"test RMSE": spread(table["rmse_eV"]), "accuracy": f"{spread(table['rmse_eV'])} (RMSE)"}
    return beside("tio2_bpnn", {"test-error": ours})


def test_errors(predictions):
    """RMSE and MAE per atom (meV) and of whole structures (eV)."""
    error = (predictions["predicted"] - predictions["energy"]).to_numpy()
    total = error * predictions["atoms"].to_numpy()
    return {
        "rmse_meV_per_atom": 1e3 * np.sqrt(np.mean(error**2)),
        "mae_meV_per_atom": 1e3 * np.mean(np.abs(error)),
        "rmse_eV": np.sqrt(np.mean(total**2)),
        "mae_eV": np.mean(np.abs(total)),
    }


def without_network(train, test):
    """The test structures with an energy for each element, fitted to the training structures, as the prediction.

    Args:
        train, test: tables with `atoms`, `Ti` and `energy`.
    """

    def composition(table):
        return np.stack([table["Ti"], table["atoms"] - table["Ti"]], axis=1) / table["atoms"].to_numpy()[:, None]

    energies = np.linalg.lstsq(composition(train), train["energy"], rcond=None)[0]
    return test.assign(predicted=composition(test) @ energies)


def _energies(structures):
    """Atoms, Ti atoms and cohesive energies in eV/atom of structures, a table."""
    return tio2.energy_table(structures).rename(columns={"cohesive_energy_eV_per_atom": "energy"})


def describe(table, every, quick, seconds):
    """The Markdown text."""
    parts = tio2_data.load(every)
    trivial = test_errors(without_network(_energies(parts.train), _energies(parts.test)))
    names = list(trivial)
    rmse, structures = (
        printed("tio2_bpnn", "test-error", "test RMSE"),
        printed("tio2_bpnn", "section-5", "structures used"),
    )
    lines = [[f"paper, {structures:g} structures", "-", "-", f"{rmse:g} (its unit: eV)", "-"]]
    aenet = [printed("artrith_urban_2016", "set001", f"test {name}") for name in ("RMSE", "MAE")]
    lines += [["aenet, set001", *(f"{error:.3f}" for error in aenet), "-", "-"]]
    lines += [["an energy for each element", *(f"{trivial[name]:.3g}" for name in names)]]
    lines += [[f"ours, {len(table)} seeds", *(spread(table[name]) for name in names)]]
    headers = ["", "RMSE, meV/atom", "MAE, meV/atom", "RMSE, eV/structure", "MAE, eV/structure"]
    text = ["# Keras BPNN: test error\n", report.QUICK if quick else "", tio2_data.description(every)]
    text += [report.markdown_table(headers, lines), section(beside_paper(table))]
    return "\n".join([*text, report.footer("tio2-bpnn/test-error", seconds)])
