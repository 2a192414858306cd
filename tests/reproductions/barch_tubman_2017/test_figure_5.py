import keras
import numpy as np
import pandas
import pytest
from ase import Atoms
from ase.units import Bohr

from atomzoo.reproductions.barch_tubman_2017 import figure_5
from atomzoo.reproductions.barch_tubman_2017._shared import figure_5_output


@pytest.mark.parametrize("n_atoms", [2, 3, 4])
def test_shapes_are_scaled_to_equal_distances(n_atoms):
    for distance, atoms in zip(figure_5.DISTANCES, figure_5.shapes(n_atoms), strict=True):
        found = atoms.get_all_distances()[np.triu_indices(n_atoms, 1)] / Bohr
        np.testing.assert_allclose(found, distance, rtol=1e-10)


def test_average_distance():
    atoms = Atoms("Au3", positions=[[0, 0, 0], [3, 0, 0], [0, 4, 0]])
    assert figure_5.average_distance(atoms) == pytest.approx(4 / 0.529177, rel=1e-6)


def test_points_are_the_data():
    data = figure_5.points(2)
    assert 250 < len(data) <= figure_5.MOST_FRAMES and data["distance_Bohr"].between(4, 7).all()
    assert 4.5 < data.loc[data["energy_eV"].idxmin(), "distance_Bohr"] < 5.2  # the bond of Au2


def test_error_of_a_curve():
    rows = pandas.DataFrame({"seed": 0, "distance_Bohr": [4.0, 6.0], "energy_eV": [0.0, 1.0]})
    points = pandas.DataFrame({"distance_Bohr": [4.5, 5.0], "energy_eV": [0.25, 0.9]})
    assert figure_5_output._errors(rows, points) == pytest.approx([0.4 / np.sqrt(2)])


def test_where_all_seeds_repel():
    """One has a hole at 3, the other repels everywhere; energies that fall at the shortest distance repel nowhere."""
    rows = pandas.DataFrame({"seed": [0] * 4 + [1] * 4, "distance_Bohr": 2 * [2.0, 3.0, 4.0, 5.0]})
    energies = pandas.Series([3.0, 1.0, 2.0, 0.0, 3.0, 2.0, 1.0, 0.0])
    assert figure_5_output.repels_below(rows, energies) == 3.0
    assert figure_5_output.repels_below(rows[4:], energies[4:]) == 5.0
    assert figure_5_output.repels_below(rows, -energies) is None


def test_curves_beside_what_the_paper_says_of_them():
    """Of four points of Au3 three lie above the curve, whose minimum is 0.2 eV above the lowest of them."""
    curve = pandas.DataFrame({"atoms": 3, "seed": 0, "distance_Bohr": [4.0, 5.0, 6.0], "energy_eV": [1.2, 1.2, 1.2]})
    curve["extrapolations"], curve["core_eV"] = 0, 0.0
    points = pandas.DataFrame({"distance_Bohr": [4.1, 4.5, 5.0, 5.5], "energy_eV": [1.0, 1.3, 1.4, 1.5]})
    rows, data = figure_5_output.relative(curve, {3: points})
    table = figure_5_output.beside_paper(rows, data).set_index("quantity")["ours"]
    assert table["panel b, curve and data"].startswith("75 % of the data lie above the curve; its minimum 0.2 eV above")
    assert table["panel b shape"] == "equilateral triangle" and table["panel a shape"] == "-"


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_a_quick_run_writes_what_it_prints(tmp_path, capsys):
    figure_5.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    names = ["figure_5.csv", "figure_5.md", "figure_5.png", "figure_5_paper.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    rows = pandas.read_csv(tmp_path / "figure_5.csv")
    assert len(rows) == 2 * len(figure_5.DISTANCES) and set(rows["seed"]) == {0, 1}
    data = figure_5.points(2)["distance_Bohr"]
    known = rows["distance_Bohr"].between(data.min(), data.max())
    # inside, too, where no pair in the data lay as this one does before its images
    assert (rows["extrapolations"][known] == 0).any() and (rows["extrapolations"][~known] > 0).all()
    assert not rows["core_eV"][known].any() and (rows["core_eV"][rows["distance_Bohr"] < 3.5] > 0.1).all()
    inside = rows[known].groupby("seed")["energy_eV"]
    assert (inside.max() - inside.min() > 0.05).all() and (inside.min().abs() < 0.1).all()
