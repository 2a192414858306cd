"""TiO2: test errors of the grid's best network beside the 327.7 eV of the Keras BPNN paper, and beside aenet's.

The paper's test RMSE is 327.7 eV, by its own words with symmetry functions that were not tested; it does not say
whether of structures or atoms. Ours is given both per atom (meV) and for whole structures (eV). A constant energy for
each element, with no network at all, is there as the error to be below.
"""

import time

import numpy as np

from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, spread, write_results
from atomzoo.reproductions.tio2_bpnn._shared import trained

PAPER = 327.7  # eV
AENET = {"rmse": 5.215, "mae": 2.883}  # meV/atom


def run(seeds=None, quick=False, output=None):
    """Measures the best network, trained now if table_2 has not; writes test_error.csv and .md.

    Args:
        seeds, quick, output: See `table_2`.
    """
    import pandas

    folder = results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, _, predictions = trained(folder, seeds, quick)
    tests = predictions[predictions["part"] == "test"]
    table = pandas.DataFrame([{"seed": seed, **test_errors(group)} for seed, group in tests.groupby("seed")])
    trivial = test_errors(without_network(predictions[predictions["seed"] == 0]))
    text = describe(table, trivial, int(rows["every"].iloc[0]), quick, time.time() - start)
    write_results(folder, "test_error", table, text, {})


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


def without_network(predictions):
    """The test structures with an energy for each element, fitted to the training structures, as the prediction."""

    def composition(table):
        return np.stack([table["Ti"], table["atoms"] - table["Ti"]], axis=1) / table["atoms"].to_numpy()[:, None]

    train, test = (predictions[predictions["part"] == part] for part in ("train", "test"))
    energies = np.linalg.lstsq(composition(train), train["energy"], rcond=None)[0]
    return test.assign(predicted=composition(test) @ energies)


def describe(table, trivial, every, quick, seconds):
    """The Markdown text."""
    names = list(trivial)
    lines = [["paper, 265 structures", "-", "-", f"{PAPER} (its unit: eV)", "-"]]
    lines += [["aenet, set001", AENET["rmse"], AENET["mae"], "-", "-"]]
    lines += [["an energy for each element", *(f"{trivial[name]:.3g}" for name in names)]]
    lines += [[f"ours, {len(table)} seeds", *(spread(table[name]) for name in names)]]
    headers = ["", "RMSE, meV/atom", "MAE, meV/atom", "RMSE, eV/structure", "MAE, eV/structure"]
    parts = ["# Keras BPNN: test error\n", QUICK if quick else "", tio2_data.description(every)]
    return "\n".join([*parts, markdown_table(headers, lines), footer("tio2-bpnn/test-error", seconds)])
