"""Pages of training and prediction, made by the commands."""

import json
import shutil
import subprocess

import ase
import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import load_potential, prediction_errors, read_structures
from tests.api.pages.parsed import Page

EVIL = "</script><script>document.title='taken'</script>"
OPTIONS = ("--hidden", 4, "--epochs", 2)


def structures_of(page):
    (data,) = [script for script in page.scripts if script.startswith("[{")]
    return json.loads(data)


def test_a_training(atomzoo, gold_file, function_file, tmp_path):
    arguments = ["train", gold_file, "-o", tmp_path / "a b.keras", "--symmetry-functions", function_file, *OPTIONS]
    code, text, _ = atomzoo(*arguments)
    assert code == 0 and f"written to {tmp_path}/a b.keras, {tmp_path}/a b.html" in text
    page, gold, potential = (
        Page(tmp_path / "a b.html"),
        read_structures(gold_file),
        load_potential(tmp_path / "a b.keras"),
    )
    assert page.loads == [] and page.tags.count("svg") in (2, 3)  # 3 if one held out is outside
    rows = page.rows("force component")
    assert [row[1] for row in rows] == ["training", "validation"] and [int(row[-1]) for row in rows] == [27, 3]
    total = sum(int(row[-1]) * float(row[3]) ** 2 for row in rows)
    expected = prediction_errors(gold, potential.evaluate_atoms(gold))["forces"].rmse
    assert np.sqrt(total / 30) == pytest.approx(expected, rel=1e-3)
    assert page.rows("command")[0][
        1
    ] == f"atomzoo train {gold_file} -o '{tmp_path}/a b.keras' --symmetry-functions " + (
        f"{function_file} --hidden 4 --epochs 2"
    )
    assert "keras 3." in page.rows("versions")[0][1] and "cores" in page.rows("machine")[0][1]


def test_the_worst_structures_are_those_of_the_data(atomzoo, gold_file, function_file, tmp_path):
    atomzoo("train", gold_file, "-o", tmp_path / "a.keras", "--symmetry-functions", function_file, *OPTIONS)
    page, gold, potential = Page(tmp_path / "a.html"), read_structures(gold_file), load_potential(tmp_path / "a.keras")
    (worst,) = [table for table in page.tables if table[0][0] == "number"]
    shown = structures_of(page)
    assert len(worst) == 11 and len(shown) == 10
    for (place, _, formula, energy, force, _), found in zip(worst[1:], shown, strict=True):
        atoms = gold[int(place)]
        result = potential.evaluate_atoms(atoms)
        assert formula == "Au3" and found["xyz"].splitlines()[2] == "Au " + " ".join(
            map(str, atoms.positions[0].round(4))
        )
        assert float(energy) == pytest.approx(1e3 * (result["energy"] - atoms.get_potential_energy()) / 3, rel=0.01)
        errors = np.linalg.norm(result["forces"] - atoms.get_forces(), axis=1)
        assert float(force) == pytest.approx(errors.max(), rel=0.01)
        ends = np.array(found["arrows"])
        assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) == pytest.approx(2 * errors / errors.max(), abs=1e-3)
        assert len(found["edges"]) == 12


def test_no_report(atomzoo, gold_file, function_file, model, tmp_path):
    options = ["--symmetry-functions", function_file, *OPTIONS, "--no-report"]
    assert atomzoo("train", gold_file, "-o", tmp_path / "a.keras", *options)[0] == 0
    assert atomzoo("predict", model, gold_file, "-o", tmp_path / "b.extxyz", "--no-report")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.keras", "b.extxyz"]


def test_a_prediction(atomzoo, model, gold, gold_file, tmp_path):
    code, text, _ = atomzoo("predict", model, gold_file, "-o", tmp_path / "out.extxyz.gz")
    assert code == 0 and f"written to {tmp_path}/out.extxyz.gz, {tmp_path}/out.prediction.html" in text
    page = Page(tmp_path / "out.prediction.html")
    expected = prediction_errors(gold, load_potential(model).evaluate_atoms(gold))
    row = page.rows("energy")[0]
    assert [float(row[1]), float(row[2])] == pytest.approx(
        [1e3 * expected["energy"].mae, 1e3 * expected["energy"].rmse], 1e-3
    )
    assert page.loads == [] and len(structures_of(page)) == 10


def test_text_of_files_is_escaped(atomzoo, model, gold, tmp_path):
    atoms = [each.copy() for each in gold[:2]]
    for copy, each in zip(atoms, gold, strict=False):
        copy.info["config_type"] = EVIL
        copy.calc = SinglePointCalculator(copy, energy=each.get_potential_energy(), forces=each.get_forces())
    ase.io.write(tmp_path / "a<b>.extxyz", atoms)
    assert atomzoo("predict", model, tmp_path / "a<b>.extxyz", "-o", tmp_path / "<i>.extxyz")[0] == 0
    page = Page(tmp_path / "<i>.prediction.html")
    assert page.tags.count("script") == 3 and "i" not in page.tags
    assert page.rows(EVIL)


@pytest.mark.parametrize("kind", ["no labels", "energies of molecules", "single atoms"])
def test_odd_data(atomzoo, model, gold, tmp_path, kind):
    atoms = ase.Atoms("Au") if kind == "single atoms" else ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.4]])
    structures = [atoms.copy() for _ in range(3)]
    for atoms in structures if kind != "no labels" else ():
        atoms.calc = SinglePointCalculator(atoms, energy=-3.0)
    ase.io.write(tmp_path / "a.extxyz", structures)
    assert atomzoo("predict", model, tmp_path / "a.extxyz", "-o", tmp_path / "b.extxyz")[0] == 0
    page = Page(tmp_path / "b.prediction.html")
    assert page.rows("force component") == [] and ("Worst structures" in page.source) == (kind != "no labels")


def test_a_training_on_energies_alone(atomzoo, gold, function_file, tmp_path):
    for atoms in (structures := [each.copy() for each in gold[:9]]):
        atoms.pbc = False
        atoms.calc = SinglePointCalculator(atoms, energy=-3.0 + 0.1 * atoms.positions[0, 0])
    ase.io.write(tmp_path / "a.extxyz", structures)
    options = ["--symmetry-functions", function_file, *OPTIONS, "--members", 2, "--validation-fraction", 0]
    code, text, _ = atomzoo("train", tmp_path / "a.extxyz", "-o", tmp_path / "m.keras", *options)
    page = Page(tmp_path / "m.html")
    assert code == 0 and f"{tmp_path}/m-2.keras, {tmp_path}/m.html" in text
    assert [row[1] for row in page.rows("energy")] == ["training"] and page.rows("members") == [["members", "2"]]
    assert all(not found["edges"] and not found["arrows"] for found in structures_of(page))


def test_a_page_that_is_a_folder_is_found_out_before_the_work(fails, gold_file, function_file, tmp_path):
    (tmp_path / "a.html").mkdir()
    options = ["--symmetry-functions", function_file, *OPTIONS]
    assert "The output must be a file" in fails("train", gold_file, "-o", tmp_path / "a.keras", *options)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_in_a_browser(atomzoo, model, gold_file, tmp_path):
    """The viewer starts without an error and shows the worst structure; nothing is asked for but the page itself."""
    atomzoo("predict", model, gold_file, "-o", tmp_path / "out.extxyz")
    options = ["--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    options += ["--virtual-time-budget=8000", "--enable-logging=stderr", f"--user-data-dir={tmp_path}/profile"]
    command = ["chromium", *options, "--dump-dom", (tmp_path / "out.prediction.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and ":CONSOLE" not in done.stderr  # where errors and refused requests are told
    assert "<canvas" in done.stdout and 'class="chosen"' in done.stdout
