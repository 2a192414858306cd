import keras
import numpy as np
import pandas
import pytest
from ase.units import Ry

from atomzoo.reproductions.barch_tubman_2017 import table_3
from atomzoo.reproductions.barch_tubman_2017._shared.table_3_output import ROWS, beside_paper

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def test_energies_beside_the_papers():
    rows = {row: -100.0 * Ry - k * Ry for k, row in enumerate(ROWS)}
    table = beside_paper(pandas.DataFrame({"Au3": rows})).set_index("quantity")
    quantities = [f"Au3 {quantity}" for quantity in ROWS.values()]
    assert table.loc[quantities, "ours"].tolist() == [f"{-100 - k}.00000" for k in range(4)]
    assert table.loc["Au3 network's minimum, DFT", "paper"] == "-197.609017"
    assert table.loc["Au3 difference of the two DFT minima", ["paper", "ours"]].tolist() == ["3E-6", "1.0E+00"]
    assert (table.filter(like="Au4", axis=0)["ours"] == "-").all()


@pytest.mark.slow
def test_rows_of_the_table(recorded):
    energies = table_3.energies(recorded)
    start, network, dft, relaxed, *end, lowest = energies.values()
    assert dft < start and relaxed <= dft and lowest <= relaxed
    assert abs(network - dft) > abs(end[0] - end[1])
    assert abs(end[0] - end[1]) + end[1] - end[2] <= 1e-3 and lowest <= end[2] <= end[1]


@pytest.mark.slow
def test_the_analytic_gradient_finds_the_same_minimum_in_fewer_evaluations(recorded):
    analytic, numerical = table_3.gradient_rows(recorded)
    assert analytic["gradient"] == "analytic" and numerical["gradient"] == "numerical"
    assert numerical["evaluations"] >= 5 * analytic["evaluations"] > 0
    assert numerical["energy_eV"] == pytest.approx(analytic["energy_eV"], abs=1e-8)
    assert all(row["converged"] and row["gradient_norm_eV_per_A"] < 1e-6 for row in (analytic, numerical))


@pytest.mark.slow
def test_isomers_that_were_labelled(recorded):
    rows = table_3.isomer_rows(recorded)
    assert sum(row["labelled"] for row in rows) == recorded.result.n_calls
    assert rows[0]["isomer"] == "triangle" and rows[0]["energy_eV"] == recorded.lowest_energy
    assert rows[0]["above_lowest_meV"] == 0 and rows[0]["largest_force_eV_per_A"] < 0.1


@pytest.mark.slow
def test_a_quick_run_replays_the_record(recorded, tmp_path, capsys):
    table_3.run(quick=True, output=tmp_path)
    printed, text = capsys.readouterr().out, (tmp_path / "table_3.md").read_text()
    assert "Quick run" in printed and " 0 computed in this run" in text
    assert f"DFT calls: {recorded.result.n_calls} recorded" in text
    assert "| relaxed from there, DFT | -197.60902 |" in text and "| network's minimum, DFT | -197.609017 |" in text
    files = {path.name for path in tmp_path.iterdir() if path.is_file()}
    endings = (".csv", ".md", ".png", "_gradients.csv", "_isomers.csv", "_paper.csv")
    assert files == {f"table_3{end}" for end in endings}
    rows = pandas.read_csv(tmp_path / "table_3.csv")
    assert rows["round"].tolist() == list(range(len(recorded.rounds)))
    np.testing.assert_allclose(rows["network_eV"], [row["network_eV"] for row in recorded.rounds], atol=1e-6)
    for unit in (1.0, Ry):
        assert f"| lowest of all, DFT | {recorded.lowest_energy / unit:.5f} |" in text
    start = recorded.start.get_potential_energy()
    assert f"| 3 | {1e3 * (recorded.rounds[0]['engine_eV'] - start):.1f} | yes |" in text
