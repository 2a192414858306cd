from collections import Counter

import pytest

from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.models.formats.aenet.setup_reader import read_setup
from atomzoo.models.potential.function_sets import FUNCTION_SETS, load_function_set, save_function_set


@pytest.mark.parametrize("name", FUNCTION_SETS)
def test_presets_say_what_they_are(name):
    preset = FUNCTION_SETS[name]
    assert preset.keys() == {"description", "paper", "units", "size", "functions"}
    assert len(set(preset["functions"])) == len(preset["functions"]) == preset["size"]
    assert load_function_set(name, ["Si"]) == resolve(preset["functions"], ["Si"])


def test_barch_tubman_is_the_set_of_the_paper():
    functions = load_function_set("barch-tubman-2017", ["Au"])
    radial = [(f.eta, f.rs) for f in functions if f.kind == "G2"]
    angular = [(f.eta, f.zeta, f.lambda_) for f in functions if f.kind == "G5"]
    etas = [0.003214, 0.035711, 0.071421, 0.124987, 0.214264, 0.357106, 0.714213, 1.428426]
    assert sorted(radial) == sorted([(eta, 0.0) for eta in etas] + [(4.0, rs) for rs in (2.5, 3.0, 3.5, 4.5)])
    assert Counter(angular) == Counter(
        (eta, zeta, lambda_) for eta in (0.000357, 0.028569, 0.089277, 0.2) for zeta in (1, 2, 4) for lambda_ in (-1, 1)
    )
    assert {f.cutoff for f in functions} == {6.5} and len(functions) == 36


def test_behler_etas_are_round_in_bohr():
    # 1 A = 1.8897261 Bohr, so 1 Bohr^-2 = 3.571064 A^-2
    radial = [f.eta / 3.571064 for f in load_function_set("barch-tubman-2017", ["Au"]) if f.kind == "G2" and not f.rs]
    assert radial == pytest.approx([0.0009, 0.01, 0.02, 0.035, 0.06, 0.1, 0.2, 0.4], rel=1e-4)


def test_behler_parrinello_has_the_form_of_the_paper():
    functions = load_function_set("behler-parrinello-2007", ["Si"])
    assert Counter(f.kind for f in functions) == {"G2": 16, "G4": 32}
    assert max(f.cutoff for f in functions) == 6.0
    assert Counter(f.zeta for f in functions if f.kind == "G4") == {1: 12, 2: 8, 4: 8, 16: 4}


def test_aenet_tio2_is_aenets_file(reference_data):
    path = reference_data / "aenet" / "behler2011_tio2" / "Ti.stp"
    assert load_function_set("aenet-tio2", ["O", "Ti"]) == resolve(read_setup(path).functions, ["O", "Ti"])
    assert Counter(f.kind for f in load_function_set("aenet-tio2", ["Ti", "O"])) == {"G2": 16, "G4": 54}


def test_a_json_file_gives_back_the_set(tmp_path):
    functions = [
        SymmetryFunction("G3", 6.0, kappa=1 / 3),
        SymmetryFunction("G5", 6.5, eta=0.2, zeta=4, lambda_=-1, neighbors=("Ti", "O")),
    ]
    save_function_set(functions, tmp_path / "set.json")
    assert load_function_set(tmp_path / "set.json", ["Ti", "O"]) == resolve(functions, ["Ti", "O"])
    assert [path.name for path in tmp_path.iterdir()] == ["set.json"]


def test_an_unknown_name_lists_the_presets():
    with pytest.raises(ValueError, match="barch-tubman-2017, behler-parrinello-2007, .*, or .*'behler'"):
        load_function_set("behler", ["Au"])


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "is not a JSON file .*Received: ''"),
        (100_000 * "[", "is not a JSON file"),
        ("{}", "must hold a list of one or more functions. Received: '{}'"),
        ("[]", "must hold a list"),
        ("[1]", "function 1: A symmetry function must be a dict. Received: 1"),
        ('[{"kind": "G1", "cutoff": 6}, {"kind": "G1", "cutoff": NaN}]', "function 2: `cutoff` must be a finite"),
        ('[{"kind": "G1", "cutoff": 6, "neighbors": ["Pt"]}]', "counts Pt, which is not in `elements`"),
    ],
)
def test_a_bad_json_file_is_one_clear_line(tmp_path, text, message):
    path = tmp_path / "set.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        load_function_set(path, ["Au"])
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_save_refuses_before_writing(tmp_path):
    with pytest.raises(ValueError, match="must end in .json. Received: "):
        save_function_set([SymmetryFunction("G1", 6.0)], tmp_path / "set.stp")
    with pytest.raises(ValueError, match="needs one or more functions"):
        save_function_set([], tmp_path / "set.json")
    assert not list(tmp_path.iterdir())
