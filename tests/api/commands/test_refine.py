import ase.io
import pandas
import pytest
from ase.units import Bohr

from atomzoo import load_potential
from atomzoo.datasets import engines
from atomzoo.models.active_learning import refine
from tests.models.engines import EMTEngine, linear_fit, triangles


@pytest.fixture
def data(tmp_path):
    ase.io.write(tmp_path / "au3.extxyz", triangles(16, bond=2.85))
    return tmp_path / "au3.extxyz"


@pytest.fixture
def emt(monkeypatch):
    """Effective-medium theory in place of LAMMPS, and a fit in place of training; lists what they were made of."""
    given = []

    class Lammps(EMTEngine):
        def __init__(self, pair, elements):
            given.append((pair, elements))

    def train(structures, seed, **options):
        given.append(options)
        return linear_fit(structures, seed)

    monkeypatch.setattr(engines, "Lammps", Lammps)
    monkeypatch.setattr(refine, "train_on_forces", train)
    return given


@pytest.mark.slow
def test_refine(atomzoo, data, emt, tmp_path):
    options = ["--engine", "lammps", "--pair", "pair_style eam", "--pair", "pair_coeff * * Au"]
    options += ["--hidden", 5, 4, "--iterations", 7, "--budget", 5, "--tolerance", 1e-9]
    options += ["--symmetry-functions", "barch-tubman-2017"]
    code, text, error = atomzoo("refine", data, "-o", tmp_path / "loop", *options)
    assert code == 3 and error == ""
    assert emt[0] == (["pair_style eam", "pair_coeff * * Au"], ["Au"])
    assert len(emt[1].pop("functions")) == 36 and emt[1] == {"hidden": (5, 4), "iterations": 7, "core": "zbl"}
    assert "not converged: the budget of 5 calls is spent: " in text and f"written to {tmp_path}/loop" in text
    minimum = ase.io.read(tmp_path / "loop" / "minimum.extxyz")
    assert minimum.get_potential_energy() <= min(a.get_potential_energy() for a in ase.io.read(data, ":")) + 1e-6
    assert f"{minimum.get_potential_energy():.6f} eV after 5 calls" in text
    assert load_potential(tmp_path / "loop" / "potential.keras").elements == ["Au"]
    assert "<h2>Rounds</h2>" in (tmp_path / "loop" / "report.html").read_text()
    log = pandas.read_csv(tmp_path / "loop" / "log.csv")
    rows = text.splitlines()[1 : 1 + len(log)]
    assert [float(row.split()[3]) for row in rows] == pytest.approx(log["engine_eV"].tolist(), abs=1e-6)
    # it has ended there: the same again at once, and no other loop
    assert atomzoo("refine", data, "-o", tmp_path / "loop", *options)[0] == 3
    code, _, error = atomzoo("refine", data, "-o", tmp_path / "loop", *options, "--seed", 1)
    assert code == 1 and "other settings. Received: seed=1 after 0" in error


@pytest.mark.slow
def test_refine_by_quantum_chemistry(atomzoo, tmp_path):
    """The bond of H2 of Hartree-Fock in the minimal basis: 0.712 Å (Szabo and Ostlund, table 3.11: 1.346 Bohr)."""
    engine = engines.PySCF("hf/sto-3g")
    pairs = [ase.Atoms("H2", [[0, 0, 0], [0, 0, length]]) for length in (0.62, 0.66, 0.7, 0.76, 0.8, 0.85, 0.9)]
    ase.io.write(tmp_path / "h2.extxyz", engine.label(pairs))
    options = ["--engine", "pyscf", "--method", "HF/STO-3G", "--hidden", 5, "--iterations", 300]
    code, text, error = atomzoo("refine", tmp_path / "h2.extxyz", "-o", tmp_path / "loop", *options)
    assert code == 0 and error == "" and "converged" in text
    minimum = ase.io.read(tmp_path / "loop" / "minimum.extxyz")
    assert minimum.get_distance(0, 1) == pytest.approx(1.346 * Bohr, abs=0.003)
    other = [*options[:3], "hf/6-31g", *options[4:]]
    code, _, error = atomzoo("refine", tmp_path / "h2.extxyz", "-o", tmp_path / "loop", *other)
    assert code == 1 and "other settings. Received: engine=PySCF(method='hf/6-31g'" in error
    code, _, error = atomzoo("refine", tmp_path / "h2.extxyz", "-o", tmp_path / "loop", *options, "--frozen-core")
    assert code == 1 and "frozen_core=True" in error


@pytest.mark.parametrize(
    "options, message",
    [
        (["--engine", "espresso"], "needs --pseudo X=FILE for each element. Received: []"),
        (["--engine", "espresso", "--pseudo", "Au"], "needs --pseudo X=FILE for each element. Received: ['Au']"),
        (["--engine", "espresso", "--pseudo", "Au=no.gth"], "there is no file 'no.gth'"),
        (["--engine", "pyscf"], "PySCF needs --method METHOD/BASIS. Received: ''"),
        (["--engine", "pyscf", "--method", "nonsense/sto-3g"], "Received: method='nonsense/sto-3g'"),
        (["--engine", "pyscf", "--method", "hf/nonsense", "--spin", 1], "no such basis for Au. Received: nonsense"),
        (["--engine", "pyscf", "--method", "hf/def2-svp", "--charge", -1, "--spin", 1], "for 238 electrons"),
        (["--engine", "lammps"], "LAMMPS needs --pair"),
        (["--engine", "lammps", "--pair", "pair_style sw", "--tolerance", 0], "`tolerance` must be positive"),
    ],
)
def test_bad_options(fails, data, tmp_path, options, message):
    assert message in fails("refine", data, "-o", tmp_path / "loop", *options)
    assert not (tmp_path / "loop").exists()
