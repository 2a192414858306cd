"""pw.x 6.7: outputs recorded for Au2 (their SCF iterations trimmed), the input written, and, if asked, pw.x itself."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms, units

import atomzoo.datasets
from atomzoo.datasets.engines import Espresso, EspressoError, LabelError
from atomzoo.datasets.engines.espresso import kpoint_divisions, run_pw
from atomzoo.datasets.engines.espresso_output import failure, read_frames

RECORDED = Path(__file__).parent / "recorded"
GOLD = Path(atomzoo.datasets.__file__).parent / "data" / "gold_clusters" / "Au.blyp-q11.gth"


@pytest.fixture
def dimer():
    return Atoms("Au2", [[3.7, 5, 5], [6.3, 5, 5]], cell=[10, 10, 10], pbc=True)


@pytest.fixture
def replay(monkeypatch):
    """Let pw.x "run" by copying a recorded output."""

    def use(name):
        def run(folder):
            shutil.copy(RECORDED / name, Path(folder) / "pw.out")
            (Path(folder) / "pw.err").write_text("")

        monkeypatch.setattr("atomzoo.datasets.engines.espresso.run_pw", run)

    return use


def test_single_point(dimer, replay):
    replay("au2_scf.out")
    result = Espresso({"Au": GOLD}).single_point(dimer)
    assert result.get_potential_energy() == -131.75384724 * units.Ry
    force = [0.01041311, 0.00000360, -0.00000035]
    np.testing.assert_allclose(result.get_forces(), np.outer([1, -1], force) * 13.605693 / 0.52917721, rtol=1e-7)
    np.testing.assert_array_equal(result.positions, dimer.positions)
    assert dimer.calc is None


def test_stress(replay):
    """pw.x prints pressure, in kbar too; the stress is its negative, in the order xx yy zz yz xz xy."""
    replay("si2_scf.out")
    atoms = Atoms("Si2", [[0, 0, 0], [1.469, 1.304, 1.413]], cell=[[0.1, 2.6, 2.7], [2.7, 0.1, 2.7], [2.7, 2.6, 0.1]])
    result = Espresso({"Si": GOLD}, stress=True).single_point(atoms)
    pressures = [107.49, 143.53, 93.38, -150.29, -87.84, -155.45]
    np.testing.assert_allclose(result.get_stress(), -0.1 * units.GPa * np.array(pressures), atol=1e-5)
    np.testing.assert_allclose(result.get_forces().sum(axis=0), 0, atol=1e-12)


def test_relaxation_goes_down_to_small_forces(dimer, replay):
    replay("au2_relax.out")
    frames = Espresso({"Au": GOLD}).relax(dimer)
    energies = [frame.get_potential_energy() for frame in frames]
    assert np.all(np.diff(energies) < 0)
    assert np.abs(frames[-1].get_forces()).max() < 1e-4 * units.Ry / units.Bohr
    assert frames[-1].get_distance(0, 1) == pytest.approx(2.5726, abs=1e-4)
    assert frames[-1].info["converged"] is True


def test_energy_of_dynamics_follows_the_forces(dimer, replay):
    """Energies, forces and positions belong together: -F dr of each step is its change of energy (trapezoidal rule)."""
    replay("au2_md.out")
    dimer.positions = [[3.7094526691, 4.9738625779, 4.9793468228], [6.1779266309, 5.0899853691, 5.0572082936]]
    frames = Espresso({"Au": GOLD}).dynamics(dimer, steps=150)
    assert len(frames) == 4
    for before, after in zip(frames[:-1], frames[1:], strict=True):
        work = np.sum((before.get_forces() + after.get_forces()) / 2 * (after.positions - before.positions))
        change = after.get_potential_energy() - before.get_potential_energy()
        assert abs(change) > 0.005
        assert change == pytest.approx(-work, abs=2e-3)


def test_only_finished_steps_are_read(dimer):
    """A killed run: wherever the output breaks off, each step is there whole or not at all."""
    output = (RECORDED / "au2_md.out").read_text()
    whole = read_frames(output, dimer)
    ends = [output.index(line) for line in output.split("\n") if "Total force" in line]
    for end in range(0, len(output), 97):
        frames = read_frames(output[:end], dimer)
        assert len(frames) in (sum(end >= e for e in ends), sum(end + 7 >= e for e in ends))
        assert [f.get_potential_energy() for f in frames] == [f.get_potential_energy() for f in whole[: len(frames)]]
        assert all(np.array_equal(f.get_forces(), w.get_forces()) for f, w in zip(frames, whole, strict=False))


def test_failed_scf_is_one_line(dimer, replay):
    replay("au2_failed.out")
    with pytest.raises(LabelError, match="^pw.x gave no energy. Received: convergence NOT achieved after 4 [^\n]*$"):
        Espresso({"Au": GOLD}).single_point(dimer)
    error = " %%%\n     Error in routine checkallsym (1):\n     not orthogonal operation\n %%%"
    assert failure(error, "") == "Error in routine checkallsym (1): not orthogonal operation"
    assert failure("", "first\npw.x: cannot open shared object file\n") == "pw.x: cannot open shared object file"
    aborted = "-----\nMPI_ABORT was invoked on rank 0\nwith errorcode 1.\n\nNOTE: all are killed.\n-----\n"
    assert failure("", aborted) == "MPI_ABORT was invoked on rank 0 with errorcode 1."
    assert failure("short", "") == "an output of 5 characters"


def test_missing_program_is_one_line(dimer, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EspressoError, match="apt-get install -y quantum-espresso [^\n]* Received: no pw.x on PATH$"):
        run_pw(tmp_path)


def test_input(dimer):
    text = Espresso({"Au": GOLD}).input_text(dimer, "md", {"nstep": 5}, {"tempw": 1000.0})
    for line in (
        "  calculation = 'md'",
        "  nstep = 5",
        "  ecutrho = 240.0",
        "  nosym = .true.",
        "  tempw = 1000.0",
        "Au 196.97 Au.blyp-q11.gth",
        "Au 3.7000000000 5.0000000000 5.0000000000",
        "K_POINTS gamma",
    ):
        assert line in text.splitlines()
    with pytest.raises(ValueError, match="No pseudopotential .* Received: O$"):
        Espresso({"Au": GOLD}).input_text(Atoms("AuO"), "scf", {}, {})


def test_input_of_a_crystal():
    engine = Espresso(
        {"Si": "Si.UPF"},
        kpoints=21.72,
        shifted=True,
        occupations="fermi-dirac",
        symmetry=True,
        stress=True,
        electrons={"mixing_beta": 0.7},
    )
    lines = engine.input_text(Atoms("Si", cell=[5.43, 10.86, 5.44], pbc=True), "scf", {}, {}).splitlines()
    for line in ("  smearing = 'fermi-dirac'", "  nosym = .false.", "  tstress = .true.", "  mixing_beta = 0.7"):
        assert line in lines
    assert lines[lines.index("K_POINTS automatic") + 1] == "4 2 4 1 1 1"


@pytest.mark.parametrize("length", [5.0, 18.0])
def test_kpoint_divisions_are_the_fewest_of_a_spacing(length):
    cell = np.array([[3.0, 0.2, 0], [1.0, 4.0, 0.3], [-2.0, 1.0, 6.0]])
    divisions = kpoint_divisions(Atoms("Si", cell=cell, pbc=True), length)
    steps = 2 * np.pi * np.linalg.norm(np.linalg.inv(cell).T, axis=1)
    for n, step in zip(divisions, steps, strict=True):
        assert step / n <= 2 * np.pi / length
        assert n == 1 or step / (n - 1) > 2 * np.pi / length


def test_kpoint_divisions_keep_the_symmetry_of_the_lattice():
    """Body-centered orthorhombic: the three vectors are equally long, their reciprocal ones are not."""
    cell = np.array([[-4.7, 4.5, 2.4], [4.7, -4.5, 2.4], [4.7, 4.5, -2.4]]) / 2
    divisions = kpoint_divisions(Atoms("Si", cell=cell, pbc=True), 18.0)
    assert divisions == (9, 9, 9)
    lengths = np.linalg.norm(np.linalg.inv(cell).T, axis=1)
    assert sorted(np.ceil(18 * lengths)) == [6, 9, 9]


@pytest.mark.skipif(
    shutil.which("pw.x") is None or os.environ.get("ATOMZOO_RUN_ESPRESSO") != "1",
    reason="runs Quantum ESPRESSO: needs pw.x on PATH and ATOMZOO_RUN_ESPRESSO=1",
)
def test_pw_itself(dimer, tmp_path):
    engine = Espresso({"Au": GOLD})
    recorded = read_frames((RECORDED / "au2_scf.out").read_text(), dimer)[0]
    result = engine.single_point(dimer)
    assert result.get_potential_energy() == pytest.approx(recorded.get_potential_energy(), abs=1e-5)
    np.testing.assert_allclose(result.get_forces(), recorded.get_forces(), atol=5e-3)
    frames = engine.dynamics(dimer, steps=3, folder=tmp_path)
    assert len(frames) == 3
    assert frames[0].get_potential_energy() == pytest.approx(recorded.get_potential_energy(), abs=1e-5)


def test_options_that_are_not_set_are_not_in_its_text():
    """Records of loops know the engine by it: they must be found again by later versions."""
    assert repr(Espresso({"Au": "au.gth"})).endswith("convergence=1e-07, kpoints=(1, 1, 1))")
    assert repr(Espresso({"Au": "au.gth"}, stress=True)).endswith("kpoints=(1, 1, 1), stress=True)")
