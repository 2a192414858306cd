import json

import ase
import ase.io
import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction
from atomzoo.models.formats.aenet.setup import canonical_order
from atomzoo.models.formats.aenet.setup_reader import read_setup
from atomzoo.models.formats.n2p2 import read_input_data, read_n2p2


def test_one_set_for_all(atomzoo, gold, gold_file, function_file, tmp_path):
    code, text, error = atomzoo("descriptors", gold_file, "--setup", function_file, "-o", tmp_path / "a.npz")
    assert code == 0 and error == "" and text.startswith("90 atoms, 3 functions\n")
    with np.load(tmp_path / "a.npz") as table:
        assert table["values"].shape == (90, 3) and np.isfinite(table["values"]).all()
        assert table["structure"].tolist() == [k for k in range(30) for _ in range(3)]
        assert [function["kind"] for function in json.loads(str(table["functions"]))["Au"]] == ["G2", "G2", "G5"]


def test_aenet_values(atomzoo, reference_data, tmp_path):
    reference = json.loads((reference_data / "aenet" / "symmetry_function_values.json").read_text())
    atoms = ase.Atoms(reference["symbols"], reference["positions"], cell=reference["cell"], pbc=True)
    atoms.write(tmp_path / "a.traj")
    paths = {element: reference_data / "aenet" / "behler2011_tio2" / f"{element}.stp" for element in ("Ti", "O")}
    setups = ["--setup", paths["Ti"], "--setup", paths["O"]]
    assert atomzoo("descriptors", tmp_path / "a.traj", *setups, "-o", tmp_path / "a.npz")[0] == 0
    with np.load(tmp_path / "a.npz") as table:
        for index, expected in reference["G"].items():
            order = canonical_order(read_setup(paths[str(table["species"][int(index)])]))
            np.testing.assert_allclose(table["values"][int(index)][order], expected, rtol=1e-10, atol=1e-12)


def test_chebyshev_and_symmetry_functions_side_by_side(atomzoo, tmp_path):
    """Each element with its own set-up, in the order of its file; weights of elements by its ENV."""
    text = "ATOM {}\nENV 2\n{}\nRMIN 0.5\n{}\n"
    basis = "BASIS type=Chebyshev\nradial_Rc=4.0 radial_N=1 angular_Rc=3.0 angular_N=0"
    (tmp_path / "O.stp").write_text(text.format("O", "H\nO", basis))
    (tmp_path / "H.stp").write_text(text.format("H", "O\nH", "SYMMFUNC type=Behler2011\n1\nG=1 type2=O Rc=4.0"))
    ase.io.write(tmp_path / "a.xyz", ase.Atoms("OH2", positions=[[0, 0, 0], [2, 0, 0], [0, 1, 0]]))
    setups = ["--setup", tmp_path / "O.stp", "--setup", tmp_path / "H.stp"]
    assert atomzoo("descriptors", tmp_path / "a.xyz", *setups, "-o", tmp_path / "a.npz")[0] == 0
    with np.load(tmp_path / "a.npz") as table:
        near, far = 0.5 * (np.cos(np.pi / 4) + 1), 0.5
        # T1 is -1/2 at 1 A and 0 at 2 A; the angular fc is 3/4 and 1/4.
        radial, product = [near + far, -0.5 * near], 0.75 * 0.25
        expected = [*radial, product, *(-value for value in radial), product]
        np.testing.assert_allclose(table["values"][0], expected, atol=1e-15)
        np.testing.assert_allclose(table["values"][1:, 0], [far, near])
        assert np.isnan(table["values"][1:, 1:]).all()
        assert [function["kind"] for function in json.loads(str(table["functions"]))["O"]] == ["T2", "T2", "T3"] * 2


def test_n2p2_set_up(atomzoo, reference_data, tmp_path):
    """Functions in the order of the file, with its cutoff function, in its units."""
    path = reference_data / "n2p2" / "Cu2S_PBE" / "input.nn"
    (structure, *_) = read_input_data(path.with_name("input.data"))
    ase.io.write(tmp_path / "a.traj", structure)
    assert atomzoo("descriptors", tmp_path / "a.traj", "--setup", path, "-o", tmp_path / "a.npz")[0] == 0
    potential = read_n2p2(path.parent)
    with np.load(tmp_path / "a.npz") as table:
        stored = json.loads(str(table["functions"]))
        features = potential.evaluate_atoms(structure)["features"]
        for atom, symbol in enumerate(structure.symbols):
            functions = [SymmetryFunction.from_dict(fields) for fields in stored[symbol]]
            columns = [potential.functions.index(function) for function in functions]
            np.testing.assert_allclose(table["values"][atom, : len(columns)], features[atom, columns], atol=1e-14)
    first = next(line.split() for line in path.read_text().splitlines() if line.startswith("symfunction_short"))
    assert stored[first[1]][0]["neighbors"] == [first[3]]


def test_element_without_set_up(fails, reference_data, gold_file, tmp_path):
    setup = reference_data / "aenet" / "behler2011_tio2" / "Ti.stp"
    message = fails("descriptors", gold_file, "--setup", setup, "-o", tmp_path / "a.npz")
    assert "structure 0: there is no set-up for 'Au'. Received: Ti" in message


@pytest.mark.parametrize(
    ("setups", "output", "message"),
    [
        (["no.stp"], "a.npz", "no.stp"),
        (["unheard-of"], "a.npz", "A function set is one of"),
        (["barch-tubman-2017", "aenet-tio2"], "a.npz", "Only .stp files can be given together."),
        (["barch-tubman-2017"], "a.txt", "must end in .npz"),
        (["barch-tubman-2017"], "no/a.npz", "There is no folder"),
    ],
)
def test_bad_arguments(fails, gold_file, tmp_path, setups, output, message):
    options = [word for setup in setups for word in ("--setup", setup)]
    assert message in fails("descriptors", gold_file, *options, "-o", tmp_path / output)
