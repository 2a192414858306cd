import json

import ase
import ase.io
import numpy as np
import pytest

from atomzoo.models.formats.aenet_setup import canonical_order, read_setup


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
