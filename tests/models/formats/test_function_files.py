import pytest

from atomzoo.layers import SymmetryFunction
from atomzoo.models.formats.aenet.setup import AenetSetup, write_setup
from atomzoo.models.formats.function_files import load_functions, load_setups


def test_set_ups_of_central_elements(tmp_path):
    paths = []
    for element, cutoff in (("H", 5.0), ("O", 6.0)):
        functions = [SymmetryFunction("G1", cutoff, neighbors=(neighbor,)) for neighbor in ("O", "H")]
        paths.append(tmp_path / f"{element}.stp")
        write_setup(AenetSetup(element, ("O", "H"), functions), paths[-1])
    functions, elements, _ = load_setups(paths, ["H", "O"])
    assert {element: [f.cutoff for f in chosen] for element, chosen in functions.items()} == {"H": [5, 5], "O": [6, 6]}
    assert [f.neighbors for f in functions["H"]] == [("O",), ("H",)] and set(elements) == {"H", "O"}
    with pytest.raises(ValueError, match="Each set-up must be of another element. Received: H, H"):
        load_setups([paths[0], paths[0]], ["H", "O"])
    with pytest.raises(ValueError, match="Only .stp files can be given together. Received: .*H.stp, aenet-tio2"):
        load_setups([paths[0], "aenet-tio2"], ["H", "O"])


def test_a_setup_file_keeps_its_order(tmp_path):
    functions = [SymmetryFunction("G1", 6.0, neighbors=(element,)) for element in ("O", "Ti", "O")]
    write_setup(AenetSetup("Ti", ["Ti", "O"], functions), tmp_path / "Ti.stp")
    assert load_functions(str(tmp_path / "Ti.stp"), ["Ti", "O"]) == functions
    with pytest.raises(ValueError, match="Ti.stp: G1.O. cutoff=6 counts O, which is not in `elements`"):
        load_functions(tmp_path / "Ti.stp", ["Ti"])
