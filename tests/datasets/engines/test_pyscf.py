"""PySCF as an engine: full CI and sums by hand, central differences, retries, and what it refuses."""

import importlib.util
from functools import partial

import ase.io
import numpy as np
import pytest
from ase import Atoms, units
from ase.build import bulk, molecule

from atomzoo.datasets.engines import LabelError, LabelledFile, PySCF, PySCFError, pyscf_methods
from atomzoo.models.active_learning.loop_folder import LoopFolder

pyscf = pytest.importorskip("pyscf")
LIH = Atoms("LiH", [[0.1, 0, 0], [0.2, 0.3, 1.9]])
BH = Atoms("BH", [[0.1, 0, 0], [0.2, 0.3, 1.4]])
HHE = Atoms("HHe", [[0, 0.1, 0], [0.1, 0, 0.9]])


def energy(atoms, method, **options):
    """In Hartree."""
    return PySCF(method, **options).single_point(atoms).get_potential_energy() / units.Hartree


def mean_field(atoms, basis, spin=0):
    """Converged by PySCF itself, from a text in Å."""
    text = "; ".join(f"{atom.symbol} {atom.x} {atom.y} {atom.z}" for atom in atoms)
    mole = pyscf.M(atom=text, basis=basis, spin=spin, verbose=0)
    return (mole.UHF() if spin else mole.RHF()).run(conv_tol=1e-11)


def test_helium_at_the_limit_of_hartree_fock():
    assert energy(Atoms("He"), "HF/cc-pV5Z") == pytest.approx(-2.861680, abs=1e-4)


def test_coupled_clusters_of_two_electrons_are_exact():
    from pyscf import fci

    h2 = Atoms("H2", [[0, 0, 0], [0, 0, 0.8]])
    exact = fci.FCI(mean_field(h2, "6-31g")).kernel()[0]
    assert energy(h2, "ccsd/6-31g") == pytest.approx(exact, abs=1e-7)
    assert energy(h2, "ccsd(t)/6-31g") == pytest.approx(exact, abs=1e-7)
    assert energy(h2, "hf/6-31g") > exact + 0.01


def test_triples_of_three_electrons_are_nearly_exact():
    from pyscf import fci

    field = mean_field(HHE, "6-31g", spin=1)
    exact = fci.FCI(field).kernel()[0]
    without, by_triples = (energy(HHE, f"{method}/6-31g", spin=1) for method in ("ccsd", "ccsd(t)"))
    assert abs(by_triples - exact) < 0.5 * abs(without - exact) < 1e-3
    assert field.e_tot - exact > 1e-3


def test_second_order_is_its_sum():
    water = molecule("H2O")
    field = mean_field(water, "sto-3g")
    orbitals, levels, n = field.mo_coeff, field.mo_energy, 5
    integrals = np.einsum("pqrs,pi,qa,rj,sb->iajb", field.mol.intor("int2e"), *[orbitals] * 4, optimize=True)
    integrals = integrals[:n, n:, :n, n:]
    o, v = levels[:n], levels[n:]
    gaps = o[:, None, None, None] - v[:, None, None] + o[:, None] - v
    pairs = np.sum(integrals * (2 * integrals - integrals.transpose(0, 3, 2, 1)) / gaps)
    assert pairs < -0.03
    assert energy(water, "mp2/sto-3g") == pytest.approx(field.e_tot + pairs, abs=1e-7)


def test_functional():
    from pyscf import dft

    field = dft.RKS(mean_field(LIH, "6-31g").mol, xc="pbe0").run()
    assert energy(LIH, "PBE0/6-31G") == pytest.approx(field.e_tot, abs=1e-6)


@pytest.mark.parametrize("method", ["hf", "pbe0", "mp2", "ccsd", "ccsd(t)"])
@pytest.mark.parametrize(
    "atoms, basis, options",
    [(LIH, "6-31g", {}), (HHE, "6-31g", {"spin": 1}), (BH, "6-31g", {"spin": 2, "frozen_core": True})],
)
def test_forces_are_central_differences(method, atoms, basis, options):
    engine, step = PySCF(f"{method}/{basis}", **options), 2e-3
    direction = np.random.default_rng(3).normal(size=(2, 3))
    direction /= np.linalg.norm(direction)
    forces = engine.single_point(atoms).get_forces()
    moved = [Atoms(atoms.symbols, atoms.positions + sign * step * direction) for sign in (1, -1)]
    above, below = (copy.get_potential_energy() for copy in engine.label(moved))
    assert abs(above - below) > 1e-4
    assert np.sum(forces * direction) == pytest.approx((below - above) / (2 * step), abs=2e-4)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-4)


def test_forces_of_unrestricted_triples_where_they_are_large():
    """PySCF's own are wrong by 0.2 eV/Å here, up to its version 2.14."""
    oxygen, engine = Atoms("O2", [[0, 0, 0], [0, 0, 1.25]]), PySCF("ccsd(t)/sto-3g", spin=2)
    moved = [Atoms("O2", [[0, 0, 0], [0, 0, 1.25 + step]]) for step in (1e-3, -1e-3)]
    above, below = (copy.get_potential_energy() for copy in engine.label(moved))
    assert engine.single_point(oxygen).get_forces()[1, 2] == pytest.approx((below - above) / 2e-3, abs=1e-3)


@pytest.mark.parametrize("method", ["mp2", "ccsd", "ccsd(t)"])
def test_forces_with_a_frozen_core(method):
    stretched, step = molecule("H2O"), 2e-3
    stretched.positions[1] *= 1.1
    engine = PySCF(f"{method}/sto-3g", frozen_core=True)
    moved = [stretched.copy() for _ in range(2)]
    for copy, sign in zip(moved, (1, -1), strict=True):
        copy.positions[1, 2] += sign * step
    above, below = (copy.get_potential_energy() for copy in engine.label(moved))
    assert engine.single_point(stretched).get_forces()[1, 2] == pytest.approx((below - above) / (2 * step), abs=2e-4)


def test_a_frozen_core_is_not_correlated():
    """Of BH++ two electrons are left, for which coupled clusters are exact."""
    from pyscf import mcscf

    mole = pyscf.M(atom=[*zip(BH.symbols, BH.positions, strict=True)], basis="6-31g", charge=2, verbose=0)
    exact = mcscf.CASCI(mole.RHF().run(conv_tol=1e-11), ncas=10, nelecas=2).kernel()[0]
    frozen, all_electrons = (energy(BH, "ccsd(t)/6-31g", charge=2, frozen_core=value) for value in (True, False))
    assert frozen == pytest.approx(exact, abs=1e-7)
    assert all_electrons < frozen - 1e-3


@pytest.mark.parametrize("method", ["hf", "pbe0", "mp2", "ccsd", "ccsd(t)"])
def test_energies_alone(method):
    labelled = PySCF(f"{method}/6-31g", forces=False).single_point(LIH)
    assert "forces" not in labelled.calc.results
    assert labelled.get_potential_energy() / units.Hartree == pytest.approx(energy(LIH, f"{method}/6-31g"), abs=1e-7)


def test_charge_and_spin():
    """O2 is a triplet, and OH- binds its electron in functions wide enough for it."""
    oxygen = Atoms("O2", [[0, 0, 0], [0, 0, 1.21]])
    assert energy(oxygen, "hf/6-31g", spin=2) < energy(oxygen, "hf/6-31g") - 0.03
    hydroxide = Atoms("OH", [[0, 0, 0], [0, 0, 0.97]])
    assert energy(hydroxide, "mp2/6-31++g", charge=-1) < energy(hydroxide, "mp2/6-31++g", spin=1)
    assert energy(Atoms("H"), "ccsd(t)/6-31g", spin=1) == energy(Atoms("H"), "hf/6-31g", spin=1)  # nothing correlates


def test_cores_of_the_basis_are_used():
    gold = PySCF("hf/def2-svp").molecule(Atoms("AuH", [[0, 0, 0], [0, 0, 1.5]]))
    assert gold.nelectron == 79 + 1 - 60 and gold.atom_charge(0) == 19


@pytest.fixture
def attempts(monkeypatch):
    """Names of the attempts at an SCF, as they are made."""
    made = []
    for name in ("_plain", "_level_shifted", "_second_order"):

        def spy(function, field):
            made.append(function.__name__)
            return function(field)

        monkeypatch.setattr(pyscf_methods, name, partial(spy, getattr(pyscf_methods, name)))
    return made


def test_a_failed_scf_is_tried_again(attempts):
    """The same energy and forces in each way."""
    plain = PySCF("mp2/6-31g").single_point(LIH)
    assert attempts == ["_plain"]
    needed = mean_field(LIH, "6-31g").cycles
    for max_cycle, last in ((needed - 1, "_level_shifted"), (3, "_second_order")):
        attempts.clear()
        again = PySCF("mp2/6-31g", max_cycle=max_cycle).single_point(LIH)
        assert attempts[-1] == last
        assert again.get_potential_energy() == pytest.approx(plain.get_potential_energy(), abs=1e-6)
        np.testing.assert_allclose(again.get_forces(), plain.get_forces(), atol=1e-4)


def test_what_does_not_converge_is_no_label(attempts, monkeypatch):
    with pytest.raises(LabelError, match="^PySCF's SCF does not converge. Received: [^\n]*$"):
        PySCF("hf/6-31g", max_cycle=1).single_point(molecule("H2O"))
    assert attempts == ["_plain", "_level_shifted", "_second_order"]
    with pytest.raises(LabelError, match="^PySCF's ccsd does not converge. Received: [^\n]*$"):
        PySCF("ccsd/6-31g", max_cycle=4).single_point(LIH)
    with pytest.raises(LabelError, match="two atoms at one place"):
        PySCF("hf/6-31g").single_point(Atoms("H2"))
    monkeypatch.setattr(pyscf_methods, "_correlated", lambda *arguments: (np.nan, np.zeros((2, 3))))
    with pytest.raises(LabelError, match="not finite. Received: an energy of nan"):
        PySCF("hf/6-31g").single_point(LIH)


@pytest.mark.parametrize("method", ["ccsd(t)", "nonsense/sto-3g", "/sto-3g", "ccsd(tq)/sto-3g", "b2plyp/sto-3g"])
def test_unknown_methods(method):
    with pytest.raises(ValueError, match="must be a method and a basis of PySCF, such as [^\n]* Received: method="):
        PySCF(method)


@pytest.mark.parametrize(
    "method, options, atoms, message",
    [
        ("hf/sto-3g", {}, bulk("Si"), "molecules and clusters without periodicity. Received: a periodic structure$"),
        ("hf/sto-3g", {}, Atoms(), "Received: it has no atoms$"),
        ("hf/nonsense", {}, LIH, "no such basis for H. Received: nonsense$"),
        ("hf/sto-3g", {"charge": 1}, LIH, "Received: charge=1, spin=0 for 3 electrons$"),
        ("hf/sto-3g", {"spin": 6}, LIH, "Received: charge=0, spin=6 for 4 electrons$"),
        ("wb97x-d/sto-3g", {}, LIH, "cannot compute energy and forces by wb97x-d/sto-3g. Received: [^\n]*$"),
    ],
)
def test_what_is_refused(method, options, atoms, message):
    with pytest.raises(ValueError, match=message) as error:
        PySCF(method, **options).single_point(atoms)
    assert not isinstance(error.value, LabelError) and "\n" not in str(error.value)


def test_bases_of_pseudopotentials_are_refused():
    with pytest.raises(ValueError, match="not supported. Received: gth-dzvp$"):
        PySCF("pbe/gth-dzvp")


def test_missing_program_is_one_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PySCFError, match=r"^PySCF is needed: pip install 'atomzoo\[pyscf\]'. Received: no [^\n]*$"):
        PySCF("hf/sto-3g")


def test_a_loop_with_other_settings_is_refused(tmp_path):
    LoopFolder(tmp_path, PySCF("hf/sto-3g"), [], {"engine": PySCF("HF/STO-3G")}).label([Atoms("He")])
    for other in (PySCF("hf/6-31g"), PySCF("hf/sto-3g", charge=1), PySCF("hf/sto-3g", spin=2)):
        with pytest.raises(ValueError, match="other settings. Received: engine=PySCF"):
            LoopFolder(tmp_path, other, [], {"engine": other})


def test_labels_are_resumed_in_a_pool(tmp_path):
    """The second structure takes more iterations than it is given; the first has been labelled before."""
    distances, source, path = [0.7, 3.0, 0.8, 0.9], tmp_path / "sampled.extxyz", tmp_path / "set.extxyz"
    ase.io.write(source, [Atoms("H2", [[0, 0, 0], [0, 0, d]]) for d in distances])
    engine = PySCF("ccsd/sto-3g", max_cycle=11)
    LabelledFile(engine, source, path).label_next()
    before = path.read_bytes()
    LabelledFile(engine, source, path).label_rest(1)
    assert path.read_bytes().startswith(before)
    labelled = ase.io.read(path, ":")
    assert [atoms.info["source"] for atoms in labelled] == [0, 2, 3]
    for atoms in labelled:
        alone = engine.single_point(atoms)
        assert atoms.get_potential_energy() == pytest.approx(alone.get_potential_energy(), abs=1e-6)
        np.testing.assert_allclose(atoms.get_forces(), alone.get_forces(), atol=1e-6)
