import keras
import numpy as np
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions import report
from atomzoo.reproductions.stende_2017._shared import ideal_evidence, ideal_readings, potentials
from atomzoo.reproductions.stende_2017.studies import ideal_potential
from tests.reproductions.stende_2017 import small


class Wrong:
    """A potential of which something is wrong."""

    def __init__(self, potential, change):
        self.potential, self.change, self.cutoff = potential, change, potential.cutoff

    def evaluate_atoms(self, structures):
        if not isinstance(structures, list):
            return self.evaluate_atoms([structures])[0]
        return [
            result | self.change(atoms, result)
            for atoms, result in zip(structures, self.potential.evaluate_atoms(structures), strict=True)
        ]


def test_forces():
    potential, (atoms,) = small.potential(), small.crystals(1)
    assert ideal_evidence.force_deviation(potential, atoms) < 1e-7
    forces = potential.evaluate_atoms(atoms)["forces"]
    wrong = Wrong(potential, lambda atoms, result: {"forces": 1.1 * result["forces"]})
    assert ideal_evidence.force_deviation(wrong, atoms) == pytest.approx(0.1 * np.abs(forces[:4]).max(), rel=1e-3)


def test_symmetries():
    potential, (atoms,) = small.potential(), small.crystals(1)
    assert ideal_evidence.invariance(potential, atoms) < 1e-12
    for place in (lambda a: a.positions[0, 0], lambda a: a.get_distance(0, 1)):  # frame of reference; order
        wrong = Wrong(potential, lambda atoms, result, place=place: {"interaction_energy": place(atoms)})
        assert ideal_evidence.invariance(wrong, atoms) > 1e-3


def test_extensivity():
    potential, (atoms,) = small.potential(), small.crystals(1)
    assert ideal_evidence.extensivity(potential, atoms) < 1e-12
    wrong = Wrong(potential, lambda atoms, result: {"energy": result["energy"] + 1.0})
    energy = potential.evaluate_atoms(atoms)["energy"]
    assert ideal_evidence.extensivity(wrong, atoms) == pytest.approx(abs((8 * energy + 1) / (8 * (energy + 1)) - 1))


def test_an_atom_that_leaves():
    potential = small.potential()
    energy, forces, beyond = ideal_evidence.leaving(potential)
    assert energy < 1e-5 and forces < 1e-2 and beyond == 0
    jump = Wrong(potential, lambda atoms, result: {"interaction_energy": float(atoms.positions[2, 0] > 6.35)})
    assert ideal_evidence.leaving(jump)[0] == 1.0


def test_extrapolation():
    structures = small.crystals()
    potential = small.potential(structures)
    assert ideal_evidence.extrapolating(potential, structures) == 0
    for strange in ideal_evidence.strange_structures().values():
        assert ideal_evidence.extrapolating(potential, strange) == 1


def write(folder, name, rows):
    pandas.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)


def test_readings(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "recorded", lambda paper: tmp_path)
    missing = [value for _, _, value, file in ideal_readings.readings() if "stende" in file]
    assert len(missing) == 10 and all(value.startswith("not there yet: `atomzoo reproduce stende") for value in missing)
    programs = ("LAMMPS", "Keras compiled")
    write(tmp_path, "evaluation_time", [
        {"figure": "atoms", "program": program, "atoms": n, "ms": 0.01 * n * k}
        for k, program in enumerate(programs, 1) for n in (8, 512, 4096)
    ])  # fmt: skip
    time = np.linspace(0, 100, 11)
    write(tmp_path, "thermodynamics", {"potential": "network", "seed": 0, "time": time, "energy": -4 - 3e-8 * time})
    write(tmp_path, "radial_distribution", {
        "phase": "melt", "potential": ["network", "Stillinger-Weber"], "seed": 0, "r": 2.4, "g": [2.5, 2.75],
    })  # fmt: skip
    write(tmp_path, "figure_7_3", {"seed": [0, 0, 0, 1], "kept": [True, False, True, True]})
    write(tmp_path, "iterative_sampling", {"seed": 0, "round": range(4), "bad": [40, 20, 3, 0]})
    found = {evidence: value for _, evidence, value, _ in ideal_readings.readings()}
    assert (
        found["time of energy and forces, largest crystal, one core"] == "LAMMPS 10 µs/atom, Keras compiled 20 µs/atom"
    )
    assert found["growth of time in LAMMPS"] == "atoms^1.00 from 512 to 4096 atoms"
    assert found["drift of the energy of 512 atoms without thermostat"] == "3e-6 eV/atom in 100 ps"
    assert found["melt of 512 atoms made by the network: largest error of g(r)"] == "0.25, where the peak is 2.75"
    assert found["symmetry functions chosen from the data by rules"] == "2 of 3 kept, none set by hand"
    assert "4 rounds; bad frames fall from 40 to 0" in found.values()


@pytest.mark.slow
def test_a_quick_run(tmp_path, monkeypatch, capsys):
    pytest.importorskip("lammps")
    structures = potentials.ENGINES["silicon"]().label(small.crystals(64))
    for atoms in structures:
        atoms.info["source"] = "crystal"
    potential = small.potential(structures)
    monkeypatch.setattr(potentials, "published", lambda material: potential)
    monkeypatch.setattr(report, "recorded", lambda paper: tmp_path)
    monkeypatch.setattr(potentials, "data", lambda material: (structures, [], structures))
    monkeypatch.setattr(potentials, "functions", lambda name: small.FUNCTIONS)
    monkeypatch.setattr(ideal_evidence, "PARTS", (8, 1))
    ideal_potential.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    rows = pandas.read_csv(tmp_path / "ideal_potential.csv")
    assert (tmp_path / "ideal_potential_paper.csv").exists()
    assert rows["number"].is_monotonic_increasing and set(rows["number"]) == set(range(1, 11))
    assert rows["requirement"].nunique() == 10 and rows["value"].notna().all()
    assert "test error of forces with 1, 8 structures" in set(rows["evidence"])


def test_requirements_are_the_theses():
    """Analytic derivatives are the tenth, prediction the only one that is not met."""
    assert "derivatives" in ideal_potential.REQUIREMENTS[9] and "fast" in ideal_potential.REQUIREMENTS[7]
    assert [k for k, verdict in enumerate(ideal_potential.VERDICTS, 1) if verdict == "not met"] == [7]
    rows = pandas.DataFrame({"number": [7, 7, 8], "evidence": ["a", "b", "c"], "value": ["1", "2", "3"]})
    table = ideal_potential.beside_paper(rows).set_index("quantity")
    assert table.loc["requirement 7, verdict", ["paper", "ours"]].tolist() == ["not met", "a: 1; b: 2"]
    assert table.loc["requirement 9, verdict", "ours"] == "-"
