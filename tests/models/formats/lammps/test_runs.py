"""What users do with a pair style: many ranks, some without atoms, slabs, hybrids, respa, restarts, relaxation."""

import re

import numpy as np
import pytest
from ase.build import bulk

from atomzoo import load_potential, relax
from atomzoo.datasets.engines import lammps_files
from atomzoo.datasets.engines.lammps import LammpsError, run_lammps
from atomzoo.models.formats.lammps import pair_commands, write_lammps

pytestmark = pytest.mark.slow
DYNAMICS = ["velocity all create 600 7 loop all", "fix 1 all nve", "timestep 0.001", "run 100"]
DUMP = ["write_dump all custom end.dump id type xu yu zu vx vy vz modify sort id format float %.17g"]


@pytest.fixture(scope="module")
def silicon(cache, tmp_path_factory):
    """A trained network, its file, and crystals of 64 atoms that are off their places."""
    potential = load_potential("si-stillinger-weber")
    path = tmp_path_factory.mktemp("network") / "si.nn"
    write_lammps(potential, path)
    return potential, pair_commands(path, ["Si"])


def diamond(repeat=(2, 2, 2), a=5.43):
    atoms = bulk("Si", "diamond", a=a, cubic=True) * repeat
    atoms.rattle(0.05, seed=3)
    return atoms


def run(folder, atoms, pair, commands, ranks=1, before=()):
    """The atoms at the end (rows of the dump), and the last row of thermodynamic output."""
    folder.mkdir(exist_ok=True)
    if atoms is not None:
        (folder / "a.data").write_text(lammps_files.data_text(atoms, ["Si"]))
    read = [] if atoms is None else ["read_data a.data", "mass 1 28.0855"]
    thermo = ["thermo 50", "thermo_style custom step etotal pe press", "thermo_modify norm no format float %.17g"]
    lines = ["units metal", *before, *read, *pair, *thermo, *commands, *DUMP]
    (folder / "in.lammps").write_text("\n".join(lines) + "\n")
    text = run_lammps(folder, ranks)
    rows = re.findall(r"^ *(\d+ +\S+ +\S+ +\S+) *$", text, re.MULTILINE)
    end = np.loadtxt(folder / "end.dump", skiprows=9)
    return end, np.array(rows[-1].split(), float)


def test_many_ranks_give_the_same_trajectory(silicon, tmp_path):
    """Eight of them on whatever cores there are; positions agree within rounding, which dynamics lets grow."""
    atoms, pair = diamond(), silicon[1]
    one, energy = run(tmp_path / "1", atoms, pair, DYNAMICS)
    assert np.abs(one[:, 2:5] - atoms.get_positions()).max() > 0.1
    for ranks in (2, 3, 4, 8):
        many, same = run(tmp_path / str(ranks), atoms, pair, DYNAMICS, ranks)
        np.testing.assert_allclose(many, one, rtol=0, atol=1e-8)
        np.testing.assert_allclose(same[:3], energy[:3], rtol=1e-11)


@pytest.mark.parametrize("balance", [[], ["balance 1.0 shift z 10 1.05"], ["fix 2 all balance 10 1.0 shift z 10 1.05"]])
def test_slab_with_vacuum_and_ranks_without_atoms(silicon, tmp_path, balance):
    atoms = diamond((2, 2, 1))
    atoms.cell[2, 2] = 40.0
    one, energy = run(tmp_path / "1", atoms, silicon[1], DYNAMICS)
    many, same = run(tmp_path / "4", atoms, silicon[1], [*balance, *DYNAMICS], 4, before=["processors 1 1 4"])
    np.testing.assert_allclose(many, one, rtol=0, atol=1e-8)
    np.testing.assert_allclose(same[:3], energy[:3], rtol=1e-11)
    expected = silicon[0].evaluate_atoms(atoms)["energy"]
    _, start = run(tmp_path / "0", atoms, silicon[1], ["run 0"])
    assert start[2] == pytest.approx(expected, rel=1e-10)


def test_sum_with_another_pair_style(silicon, tmp_path):
    """hybrid/overlay: energies and forces of both."""
    atoms, lj = diamond(), ["pair_style lj/cut 5.0", "pair_coeff * * 0.01 2.2"]
    plugin, _, coefficients = silicon[1]
    both = [plugin, "pair_style hybrid/overlay nn/manybody lj/cut 5.0", "pair_coeff 1 1 lj/cut 0.01 2.2"]
    both.append(coefficients.replace("pair_coeff * *", "pair_coeff * * nn/manybody"))
    energies = [run(tmp_path / str(k), atoms, pair, ["run 0"])[1][2] for k, pair in enumerate([silicon[1], lj, both])]
    assert energies[2] == pytest.approx(energies[0] + energies[1], rel=1e-12) and abs(energies[1]) > 0.1


def test_respa_with_all_forces_at_its_outer_level_is_verlet(silicon, tmp_path):
    atoms = diamond()
    one, _ = run(tmp_path / "1", atoms, silicon[1], DYNAMICS)
    respa, _ = run(tmp_path / "2", atoms, silicon[1], ["run_style respa 2 1 pair 2", *DYNAMICS])
    np.testing.assert_allclose(respa, one, rtol=0, atol=1e-9)


def test_restart_goes_on(silicon, tmp_path):
    """The restart file has no pair style; what is given again continues the same trajectory."""
    whole, energy = run(tmp_path, diamond(), silicon[1], DYNAMICS)
    half = [*DYNAMICS[:-1], "run 50", "write_restart half.restart"]
    run(tmp_path, diamond(), silicon[1], half)
    rest = [*DYNAMICS[1:-1], "run 50"]
    again, same = run(tmp_path, None, silicon[1], rest, before=["read_restart half.restart"])
    np.testing.assert_allclose(again, whole, rtol=0, atol=1e-8)
    assert same[0] == 100 and same[1] == pytest.approx(energy[1], rel=1e-11)


def test_minimum_is_that_of_relax(silicon, tmp_path):
    atoms, potential = diamond(), silicon[0]
    _, row = run(tmp_path, atoms, silicon[1], ["minimize 0 1e-6 1000 10000"])
    relaxed = relax(atoms, potential, fmax=1e-5)
    assert row[2] == pytest.approx(relaxed.energy, abs=1e-6)


def test_box_relaxes_to_the_same_volume(silicon, tmp_path):
    atoms = bulk("Si", "diamond", a=5.6, cubic=True) * (2, 2, 2)
    box = ["fix 1 all box/relax iso 0.0 vmax 0.001", "min_modify line quadratic", "minimize 0 1e-8 2000 20000"]
    _, row = run(tmp_path, atoms, silicon[1], box)
    relaxed = relax(atoms, silicon[0], fmax=1e-5, cell=True)
    assert row[2] == pytest.approx(relaxed.energy, abs=1e-4) and abs(row[3]) < 50  # bar


def test_stress_of_atoms(silicon, tmp_path):
    """Their sum is the pressure of the whole; the kind that is not implemented is refused."""
    commands = ["compute s all stress/atom NULL virial", "compute t all reduce sum c_s[1] c_s[2] c_s[3]"]
    commands += ["thermo_style custom step c_t[1] c_t[2] c_t[3]", "thermo_modify norm no format float %.17g", "run 0"]
    _, row = run(tmp_path / "1", diamond(), silicon[1], commands)
    virial = silicon[0].evaluate_atoms(diamond())["stress"].diagonal() * diamond().get_volume()
    np.testing.assert_allclose(row[1:], virial * 1.6021765e6, rtol=1e-6)  # bar A^3
    with pytest.raises(LammpsError, match="centroid/stress/atom"):
        refused = [commands[0].replace("stress/atom", "centroid/stress/atom"), *commands[1:]]
        run(tmp_path / "2", diamond(), silicon[1], refused)
