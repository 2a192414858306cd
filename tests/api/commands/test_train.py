import ase
import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import Committee, functions_from_data, load_potential, read_structures
from atomzoo.models.training import train_committee


def labelled(positions=((0, 0, 0), (0, 0, 2.5)), energy=-1.0, forces=None, **options):
    atoms = ase.Atoms("Au2", positions=positions, **options)
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    return atoms


def test_energies_and_forces(atomzoo, gold, gold_file, function_file, tmp_path):
    options = ["--hidden", 4, 3, "--forces", "--epochs", 2, "--symmetry-functions", function_file, "--seed", 5]
    code, text, error = atomzoo("train", gold_file, "-o", tmp_path / "a.keras", *options)
    assert code == 0
    recipe, progress = error.splitlines()
    assert recipe.startswith("27 structures to train on, 3 to validate: 3 functions within 6 A; L-BFGS, 2 ")
    closest = min(atoms.get_all_distances()[np.triu_indices(3, 1)].min() for atoms in gold)
    assert recipe.endswith(f"; repulsive core below Au-Au {0.9 * closest:.2f} A, in 0 of 30 structures")
    assert progress.startswith("epoch 2 of 2: validation ") and progress.endswith(" eV/A")
    rows = [line.split() for line in text.splitlines()]
    assert [row[-1] for row in rows[1:5]] == ["training", "validation"] * 2
    assert [row[-2] for row in rows[1:5]] == ["27", "3"] * 2
    assert f"Au: 3 symmetry functions, network 4-3-1, repulsive core\nwritten to {tmp_path}/a.keras" in text
    potential = load_potential(tmp_path / "a.keras")
    assert potential.atomic_network.hidden == {"Au": [4, 3]}
    assert potential.core.numbers == [79]
    assert potential.elements == ["Au"] and potential.atomic_network.seed == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.html", "a.keras"]
    table = (tmp_path / "a.csv").read_text().splitlines()
    names = ["epoch", "loss", "val_energy_per_atom_rmse", "val_forces_rmse", "val_loss"]
    assert sorted(table[0].split(",")) == names and len(table) == 3


def test_functions_are_chosen_from_the_data(atomzoo, fails, gold, gold_file, function_file, tmp_path):
    options = ["--hidden", 2, "--epochs", 1, "--cutoff", 4.5]
    code, text, error = atomzoo("train", gold_file, "-o", tmp_path / "a.keras", *options, "--members", 2)
    assert code == 0
    for k in (1, 2):
        assert load_potential(tmp_path / f"a-{k}.keras").functions == functions_from_data(gold, 4.5)
    assert " functions within 4.5 A; " in error
    options += ["--symmetry-functions", function_file]
    message = "Only functions that are chosen from the data take a `cutoff`. Received: cutoff=4.5"
    assert message in fails("train", gold_file, "-o", tmp_path / "b.keras", *options)


def test_committee_on_a_cluster(fails, gold_file, function_file, tmp_path, monkeypatch):
    """The address comes from the option or the environment."""

    def train(members, scheduler):
        raise ValueError(f"{len(members)} members on {scheduler}")

    monkeypatch.setattr(train_committee, "train_on_cluster", train)
    monkeypatch.setenv("ATOMZOO_SCHEDULER", "tcp://here:1")
    options = ["--symmetry-functions", function_file, "--members", 3]
    assert "3 members on tcp://here:1" in fails("train", gold_file, "-o", tmp_path / "a.keras", *options)
    options += ["--scheduler", "tcp://there:2"]
    assert "3 members on tcp://there:2" in fails("train", gold_file, "-o", tmp_path / "a.keras", *options)


def test_lbfgs(atomzoo, gold_file, function_file, tmp_path):
    options = ["--hidden", 4, "--epochs", 5, "--symmetry-functions", function_file, "--optimizer", "lbfgs", "--no-core"]
    code, text, error = atomzoo("train", gold_file, "-o", tmp_path / "a.keras", *options, "--weight-decay", 1e-4)
    assert code == 0 and "validation" in text and error.splitlines()[0].endswith("; no repulsive core")
    assert load_potential(tmp_path / "a.keras").core is None
    assert load_potential(tmp_path / "a.keras").compute_dtype == "float64"


@pytest.mark.filterwarnings("always::atomzoo.datasets.arrays.suspicious.SuspiciousDataWarning")
def test_a_label_that_is_off_is_warned_of(atomzoo, gold, function_file, tmp_path):
    frames = [atoms.copy() for atoms in gold]
    for k, (copy, atoms) in enumerate(zip(frames, gold, strict=True)):
        copy.calc = SinglePointCalculator(copy, energy=atoms.get_potential_energy() + (1e4 if k == 11 else 0.0))
    ase.io.write(tmp_path / "a.extxyz", frames)
    options = ["--hidden", 2, "--epochs", 1, "--symmetry-functions", function_file]
    code, _, error = atomzoo("train", tmp_path / "a.extxyz", "-o", tmp_path / "a.keras", *options)
    assert code == 0
    (warning,) = [line for line in error.splitlines() if "warning" in line]
    assert warning.startswith("atomzoo: warning: structure 11: its energy is 3333 eV/atom above the median")


def test_data_as_people_have_it(atomzoo, fails, gold, function_file, tmp_path):
    """Several files, one in part; own keys; a file to validate; single atoms as references, and not among the data."""
    frames = [atoms.copy() for atoms in gold[:12]]
    for k, (copy, atoms) in enumerate(zip(frames, gold, strict=False)):
        copy.info["E"] = atoms.get_potential_energy()
        if k % 2:
            copy.arrays["F"] = atoms.get_forces()
    atom = ase.Atoms("Au", info={"E": -2689.0})
    for name, part in (("a", [*frames[:4], atom]), ("b", frames[4:9]), ("c", frames[9:])):
        ase.io.write(tmp_path / f"{name}.extxyz", part)
    keys = ["--energy-key", "E", "--forces-key", "F", "--validation", tmp_path / "c.extxyz"]
    options = [*keys, "--epochs", 2, "--symmetry-functions", function_file, "-o", tmp_path / "a.keras"]
    code, text, error = atomzoo("train", tmp_path / "a.extxyz", f"{tmp_path}/b.extxyz@1:4", *options)
    assert code == 0 and error.startswith("7 structures to train on, 3 to validate: ")
    rows = [line.split() for line in text.splitlines()]
    assert [(row[0], row[-2]) for row in rows[1:3]] == [("energy", "7"), ("energy", "3")]
    assert [(row[0], row[-2]) for row in rows[3:5]] == [("force", "4"), ("force", "2")]
    potential = load_potential(tmp_path / "a.keras")
    assert np.asarray(potential.atom_sum.shifts).tolist() == [-2689.0]
    more = ["--start", tmp_path / "a.keras", "--reference", "fit", "-o", tmp_path / "b.keras"]
    assert atomzoo("train", tmp_path / "a.extxyz", *keys, "--epochs", 2, *more)[0] == 0
    message = "A potential to start from keeps its own functions: neither others nor a cutoff can be given"
    for option in (["--symmetry-functions", function_file], ["--cutoff", 5]):
        assert message in fails("train", tmp_path / "a.extxyz", *keys, *more, *option)
    fitted = load_potential(tmp_path / "b.keras")
    assert np.asarray(fitted.atom_sum.shifts).tolist() == [-2689.0]  # that of the start, which was not trained for long
    energies = [p.evaluate_atoms(gold[0])["energy"] for p in (potential, fitted)]
    assert energies[0] != energies[1] == pytest.approx(energies[0], abs=1.0)


def test_a_committee(atomzoo, fails, gold_file, function_file, tmp_path):
    """Other weights, the same held-out structures; the errors are those of the mean."""
    options = ["--epochs", 2, "--symmetry-functions", function_file, "--members", 2, "-o", tmp_path / "a.keras"]
    code, text, _ = atomzoo("train", gold_file, *options)
    assert code == 0 and f"written to {tmp_path}/a-1.keras, {tmp_path}/a-2.keras" in text
    names = ["a-1.csv", "a-1.keras", "a-2.csv", "a-2.keras", "a.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    committee = Committee([load_potential(tmp_path / f"a-{k}.keras") for k in (1, 2)])
    assert all(committee.disagreement(read_structures(gold_file)) > 0)
    message = "Potentials that start from one are no committee. Received: 2 members and a start"
    assert message in fails("train", gold_file, *options, "--start", tmp_path / "a-1.keras")


def test_time_and_resume(atomzoo, gold_file, function_file, tmp_path):
    """What ends too early goes on; the history holds both."""
    options = ["--hidden", 4, "--epochs", 4, "--symmetry-functions", function_file, "-o", tmp_path / "a.keras"]
    code, _, _ = atomzoo("train", gold_file, *options, "--time", "0.01s")
    assert code == 0 and len((tmp_path / "a.csv").read_text().splitlines()) == 2
    assert (tmp_path / "a.checkpoint").exists()
    assert atomzoo("train", gold_file, *options, "--resume")[0] == 0
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.html", "a.keras"]


def test_hidden_layers_before_the_data(atomzoo, gold_file, function_file, tmp_path):
    options = ["-o", tmp_path / "a.keras", "--epochs", 1, "--symmetry-functions", function_file]
    assert atomzoo("train", "--hidden", 2, "--hidden", 3, *options, "--hidden", "4", gold_file)[0] == 0
    assert load_potential(tmp_path / "a.keras").atomic_network.hidden["Au"] == [2, 3, 4]


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]]), [], "frame 1: it has no label 'energy'. Received: no"),
        (labelled(), ["--forces"], "No structure has the label 'forces'."),
        (labelled(), ["--stress"], "No structure has the label 'stress'."),
        (labelled(), ["--energy-key", "E"], "frame 0: it has no label 'E'. Received: energy"),
        (labelled(), ["--reference", "isolated"], "There is no single atom of Au among the references."),
        (labelled(), ["--reference", "no.xyz"], "there is no file 'no.xyz'"),
        (labelled(), ["--time", "soon"], "A time is a number and s, m or h, such as 10m. Received: 'soon'"),
        (labelled(), ["--time", "-1m"], "A time is a number and s, m or h"),
        (labelled(), ["--start", "no.keras"], "no.keras"),
        (labelled(energy=np.nan), [], "structure 1: its label 'energy' is not finite"),
        (labelled([[0, 0, 0], [0, 0, np.nan]]), [], "frame 1: the position of atom 1 is not finite"),
        (labelled([[0, 0, 0], [0, 0, 0]]), [], "frame 1: atoms 0 and 1 are 0 A apart"),
        (labelled(pbc=True, cell=[9, 9, 0]), [], "frame 1: it is periodic, but its cell spans no volume"),
        (labelled(), ["--symmetry-functions", "unheard-of"], "A function set is one of barch-tubman-2017"),
        (labelled(), ["--symmetry-functions", "no.json"], "no.json"),
        (labelled(), ["--validation-fraction", "1"], "must be at least 0 and less than 1. Received: 1.0"),
        (labelled(), ["--validation-fraction", "0.9"], "No structures are left to train on."),
        (labelled(), ["--weight-decay", "-1"], "`weight_decay` must not be negative"),
        (labelled(), ["--force-weight", "0"], "`force_weight` must be positive"),
        (labelled(), ["--learning-rate", "0"], "`learning_rate` must be positive"),
    ],
)
def test_bad_input(fails, tmp_path, frame, options, message):
    ase.io.write(tmp_path / "a.extxyz", [labelled(), frame])
    (tmp_path / "a.keras").write_bytes(b"as it was")
    assert message in fails("train", tmp_path / "a.extxyz", "-o", tmp_path / "a.keras", *options)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.h5", "The file of a potential must end in .keras. Received:"),
        ("no/a.keras", "There is no folder"),
        ("folder.keras", "The output must be a file."),
    ],
)
def test_bad_output(fails, gold_file, tmp_path, name, message):
    (tmp_path / "folder.keras").mkdir()
    assert message in fails("train", gold_file, "-o", tmp_path / name)
