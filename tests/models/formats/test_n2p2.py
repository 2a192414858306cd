import json

import ase.units
import numpy as np
import pytest

from atomzoo import find_extrapolations, load_potential, save_potential
from atomzoo.models.formats.n2p2 import read_functions, read_input_data, read_n2p2, write_n2p2
from tests.models.formats import n2p2_reference as n2p2
from tests.models.formats.n2p2_reference import energy_of

EV_A = ("A", "eV")
RUNNER = ("Bohr", "Hartree")


@pytest.fixture(scope="module")
def published(reference_data):
    return reference_data / "n2p2" / "Cu2S_PBE"


def test_a_published_potential(published, tmp_path):
    """n2p2's own energy and forces; and again after writing and reading, in other units too."""
    (atoms,) = read_input_data(published / "input.data")
    reference = json.loads((published / "reference.json").read_text())
    potential = read_n2p2(published)
    assert potential.elements == ["S", "Cu"] and potential.compute_dtype == "float64"
    result = potential.evaluate_atoms(atoms)
    assert result["energy"] == pytest.approx(reference["energy"], rel=1e-12)
    np.testing.assert_allclose(result["forces"], reference["forces"], atol=1e-10)
    assert find_extrapolations(potential, atoms, result["features"]) == []
    for units in (EV_A, RUNNER):
        write_n2p2(potential, tmp_path / units[0], *units)
        again = read_n2p2(tmp_path / units[0], *units)
        assert again.functions == potential.functions
        assert energy_of(again, atoms) == pytest.approx(reference["energy"], rel=1e-12)
    np.testing.assert_allclose(again.evaluate_atoms(atoms)["forces"], reference["forces"], atol=1e-10)


def test_an_imported_potential_can_be_saved(tmp_path):
    potential = read_n2p2(n2p2.make_folder(tmp_path / "files", [("t p l", "g e l")]))
    save_potential(potential, tmp_path / "potential.keras")
    assert energy_of(load_potential(tmp_path / "potential.keras"), n2p2.CLUSTER) == energy_of(potential, n2p2.CLUSTER)


NORMALIZATION = ("mean_energy -0.7\nconv_energy 1.3\nconv_length 2.5", "mean_energy 0\nconv_energy 1\nconv_length 1")
SCALE = "scale_symmetry_functions\n"
CHANGES = {
    "as it is": [],
    **{f"cutoff {kind}": [("cutoff_type 6 0.0", f"cutoff_type {kind} 0.3")] for kind in (1, 2, 3, 5, 6, 7, 8)},
    "no alpha": [("cutoff_type 6 0.0", "cutoff_type 1")],
    "center": [(SCALE, "center_symmetry_functions\n")],
    "scale and center": [(SCALE, SCALE + "center_symmetry_functions\n")],
    "sigma": [(SCALE, "scale_symmetry_functions_sigma\n")],
    "no scaling": [(SCALE, "")],
    **{f"activations {letters}": [("t p l", letters)] for letters in ("s r l", "g c l", "S e l", "h l l", "t t s")},
    "not normalized": [NORMALIZATION],
    "normalized nodes": [("mean_energy", "normalize_nodes\nmean_energy")],
    "activations by element": [("mean_energy", "element_activation_short O g s l\nmean_energy")],
    "a comment and training": [("mean_energy", "epochs 7 # or 8\n! epoch\n  # end\nmean_energy")],
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_energies_are_those_of_plain_loops(changes, tmp_path):
    folder = n2p2.make_folder(tmp_path, changes)
    potential = read_n2p2(folder)
    expected = n2p2.energy(folder, n2p2.CLUSTER)
    assert energy_of(potential, n2p2.CLUSTER) == pytest.approx(expected, rel=1e-12)
    for units in (EV_A, RUNNER):
        write_n2p2(potential, tmp_path / units[0], *units)
        assert energy_of(read_n2p2(tmp_path / units[0], *units), n2p2.CLUSTER) == pytest.approx(expected, rel=1e-12)
    assert n2p2.energy(_normalized(tmp_path / "A"), n2p2.CLUSTER) == pytest.approx(expected, rel=1e-12)


def _normalized(folder):
    """A folder with the keywords that the loops ask for, where they are left out."""
    text = (folder / "input.nn").read_text()
    for keyword, value in (("mean_energy", 0), ("conv_energy", 1), ("scale_min_short", 0), ("scale_max_short", 1)):
        text += f"{keyword} {value}\n" if keyword not in text else ""
    (folder / "input.nn").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("line", "widths"),
    [
        ("element_nodes_short O 1 2", (2, 3)),  # a layer and its width
        ("element_nodes_short O 2 2\nelement_nodes_short O 1 3", (3, 2)),
        ("element_nodes_short O 5 2", (5, 2)),  # widths of both layers
        ("element_nodes_short O 5 2", (5, 3)),  # as n2p2 2.2 understands it
        ("element_hidden_layers_short O 1\nelement_nodes_short O 6\nelement_activation_short O t l", (6,)),
    ],
)
def test_widths_of_one_element(line, widths, tmp_path):
    nodes = (4, *widths, 1)
    n_weights = sum((a + 1) * b for a, b in zip(nodes, nodes[1:], strict=False))
    folder = n2p2.make_folder(tmp_path, [("mean_energy", f"{line}\nmean_energy")], n_weights=(n_weights, 43))
    potential = read_n2p2(folder)
    assert [dense.filters for dense in potential.atomic_network.stacks[0]] == [*widths, 1]
    expected = n2p2.energy(folder, n2p2.CLUSTER, {"O": widths, "Ti": (4, 3)})
    assert energy_of(potential, n2p2.CLUSTER) == pytest.approx(expected, rel=1e-12)
    if len(widths) == 2:
        write_n2p2(potential, tmp_path / "again")
        assert energy_of(read_n2p2(tmp_path / "again"), n2p2.CLUSTER) == pytest.approx(expected, rel=1e-12)
    else:
        with pytest.raises(ValueError, match="as many for each element"):
            write_n2p2(potential, tmp_path / "again")


def test_units(tmp_path):
    folder, larger = n2p2.make_folder(tmp_path), n2p2.CLUSTER.copy()
    larger.positions *= ase.units.Bohr
    expected = n2p2.energy(folder, n2p2.CLUSTER) * ase.units.Hartree
    assert energy_of(read_n2p2(folder, *RUNNER), larger) == pytest.approx(expected, rel=1e-12)


def test_units_are_named(tmp_path):
    with pytest.raises(ValueError, match="`length_unit` must be A or Bohr. Received: length_unit='nm'"):
        read_n2p2(tmp_path, length_unit="nm")
    with pytest.raises(ValueError, match="`energy_unit` must be eV or Hartree. Received: energy_unit='Ry'"):
        read_n2p2(tmp_path, energy_unit="Ry")


def test_order_of_functions(tmp_path):
    """By type, cutoff, eta, shift, zeta, lambda, elements by atomic number."""
    potential = read_n2p2(n2p2.make_folder(tmp_path))
    columns = potential.atomic_network.feature_columns["Ti"]
    assert [str(potential.functions[column]) for column in columns] == [
        "G2(Ti) cutoff=4.5 eta=0.1 rs=0.5",
        "G2(O) cutoff=4.5 eta=0.4 rs=0.5",
        "G2(O) cutoff=5 eta=0.4 rs=1",
        "G4(O-O) cutoff=5 eta=0.01 rs=0 zeta=2.5 lambda=1",
        "G5(O-Ti) cutoff=5 eta=0.02 rs=0.3 zeta=4 lambda=-1",
    ]


def test_functions_in_the_order_of_the_file(tmp_path):
    functions, cutoff_function = read_functions(n2p2.make_folder(tmp_path) / "input.nn", length_unit="Bohr")
    assert list(functions) == ["O", "Ti"] and cutoff_function.order == 2
    first, bohr = functions["Ti"][0], ase.units.Bohr
    assert (first.kind, first.neighbors, first.zeta, first.lambda_) == ("G5", ("O", "Ti"), 4.0, -1.0)
    np.testing.assert_allclose([first.eta, first.rs, first.cutoff], [0.02 / bohr**2, 0.3 * bohr, 5 * bohr])


def test_range_of_features(tmp_path):
    """That of scaling.data; none for functions of the other element."""
    potential = read_n2p2(n2p2.make_folder(tmp_path))
    smallest, largest = potential.feature_range("O")
    table = np.loadtxt(tmp_path / "scaling.data")[:4]
    columns = potential.atomic_network.feature_columns["O"]
    np.testing.assert_array_equal(smallest[columns], table[:, 2])
    np.testing.assert_array_equal(largest[columns], table[:, 3])
    others = np.setdiff1d(np.arange(len(smallest)), columns)
    assert len(others) and (smallest[others] == -np.inf).all() and (largest[others] == np.inf).all()


def test_a_runner_scaling_file_ends_with_energies_and_has_no_sigma(tmp_path):
    folder = n2p2.make_folder(tmp_path)
    expected = energy_of(read_n2p2(folder), n2p2.CLUSTER)
    lines = [" ".join(line.split()[:5]) for line in (folder / "scaling.data").read_text().splitlines()]
    (folder / "scaling.data").write_text("\n".join([*lines, "-1.5 -0.5"]))
    assert energy_of(read_n2p2(folder), n2p2.CLUSTER) == expected
    (folder / "input.nn").write_text(n2p2.INPUT.replace("scale_symmetry_functions", "scale_symmetry_functions_sigma"))
    with pytest.raises(ValueError, match="scaling.data', line 2: sigma must not be 0"):
        read_n2p2(folder)


BAD = {
    "no_such_keyword 1": "line 25: the keyword is not supported. Received: 'no_such_keyword'",
    "use_electrostatics": "the keyword is not supported. Received: 'use_electrostatics'",
    "symfunction_short Ti 12 0.1 0 5": "a symmetry function must be of type 2, 3, 9 or 20 to 25. Received: 'Ti 12",
    "symfunction_short Ti 2 Cu 0.1 0 5": "expected one of the elements O Ti. Received: 'Cu'",
    "symfunction_short Ti 2 O 0.1 5": "type 2 takes the elements and eta rs cutoff. Received: 'Ti 2 O 0.1 5'",
    "symfunction_short Ti 3 O O 0.1 0.5 1 5": "`lambda_` must be .1 or -1. Received: lambda_=0.5",
    "elements Ti O": "line 25: the keyword is given twice. Received: elements",
    "nnp_type 3": "line 25, nnp_type: only short-range potentials",
    "nnp_gen 4": r"line 25: 4G \(charge equilibration\) potentials are not supported. Received: 'nnp_gen 4'",
    "initial_hardness O 10.0": r"line 25: 4G \(charge equilibration\) potentials are not supported. Received: 'initial",
    "scale_max_short": "scale_max_short takes 1 words. Received: ''",
    "element_nodes_short O x": "network of O: expected a whole number. Received: 'x'",
    "element_activation_short O 1 1 t": "an activation must be one of l t s .* Received: '1'",
    "element_activation_short O t t t": "its output must have the activation of all, l. Received: t",
    "atom_energy O nan": "line 25, atom_energy: expected a finite number. Received: 'nan'",
}


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_cannot_be_read(line, tmp_path):
    folder = n2p2.make_folder(tmp_path)
    with open(folder / "input.nn", "a") as file:
        file.write(line + "\n")
    with pytest.raises(ValueError, match=BAD[line]) as error:
        read_n2p2(folder)
    assert str(folder / "input.nn") in str(error.value) and "\n" not in str(error.value)


def test_4g_potentials_are_named_before_the_first_of_their_keywords(tmp_path):
    folder = n2p2.make_folder(tmp_path, [("number_of_elements", "use_electrostatics\nnumber_of_elements")])
    with open(folder / "input.nn", "a") as file:
        file.write("nnp_type 4G-HDNNP\n")
    with pytest.raises(ValueError, match=r"line 26: 4G \(charge equilibration\) potentials are not supported"):
        read_n2p2(folder)


TRAINING = """
force_energy_ratio 3.0
use_atom_charges
use_atom_energies
enforce_totcharge 1
kalman_damp_short 0.1
weight_constraint O 1 2 3
symfunction_electrostatic O 2 O 0.1 0 5
electrostatic_type 1
"""


def test_keywords_that_do_not_touch_the_energy(tmp_path):
    folder = n2p2.make_folder(tmp_path)
    expected = energy_of(read_n2p2(folder), n2p2.CLUSTER)
    text = (folder / "input.nn").read_text().replace("scale_min_short", "scale_min_short_atomic")
    (folder / "input.nn").write_text(text + TRAINING)
    assert energy_of(read_n2p2(folder), n2p2.CLUSTER) == expected


def test_a_missing_file_of_weights_is_named(tmp_path):
    folder = n2p2.make_folder(tmp_path)
    weights = folder / "weights.022.data"
    weights.rename(folder / "else")
    message = "there is no file '.*weights.022.data' of the weights of Ti; "
    with pytest.raises(FileNotFoundError, match=message + "RuNNer's optweights.022.out would have to be renamed to it"):
        load_potential(folder)
    (folder / "weights.022.000010.out").touch()
    with pytest.raises(FileNotFoundError, match=message + "rename weights.022.000010.out to it"):
        load_potential(folder)
    (folder / "optweights.022.out").touch()
    with pytest.raises(FileNotFoundError, match=message + "rename optweights.022.out to it"):
        load_potential(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("cutoff_type 6 0.0", "cutoff_type 4"), "line 4, cutoff_type: the type must be one of 1, 2, 3, 5, 6, 7, 8"),
        (("cutoff_type 6 0.0", "cutoff_type 6 1.0"), r"cutoff_type: `inner_fraction` must lie in \[0, 1\)"),
        (("cutoff_type 6 0.0\n", ""), "cutoff_type: the keyword cutoff_type is missing"),
        (("number_of_elements 2", "number_of_elements 3"), "number_of_elements: there are 2 elements. Received: 3"),
        (("nodes_short 4 3", "nodes_short 4 3 3"), "global_nodes_short: expected the widths of 2 hidden layers"),
        (("t p l", "t p"), "global_activation_short: expected 2 hidden layers and the output. Received: 't p'"),
        (("mean_energy -0.7\n", ""), "mean_energy, conv_energy, conv_length belong together"),
        (("conv_energy 1.3", "conv_energy 0"), "conv_energy and conv_length must be positive. Received: 0.0, 2.5"),
        (("scale_max_short 1.5", "scale_max_short -0.5"), "scale_max_short: it must be above scale_min_short"),
    ],
)
def test_settings_that_contradict_themselves(change, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read_n2p2(n2p2.make_folder(tmp_path, [change]))


def test_tables_that_do_not_fit(tmp_path):
    folder = n2p2.make_folder(tmp_path)
    scaling, weights = (folder / "scaling.data").read_text(), (folder / "weights.008.data").read_text()
    (folder / "weights.008.data").write_text(weights + "\n0.5")
    with pytest.raises(ValueError, match="weights.008.data': 39 weights are expected. Received: 40"):
        read_n2p2(folder)
    first, rest = weights.split("\n", maxsplit=1)
    (folder / "weights.008.data").write_text(f"{first} a 1 0 2 1 1\n{rest}")
    with pytest.raises(ValueError, match="weights.008.data', line 1: out of order"):
        read_n2p2(folder)
    (folder / "scaling.data").write_text(scaling.replace("1 2 ", "1 3 "))
    with pytest.raises(ValueError, match="scaling.data', line 3: expected element 1, function 2. Received: 1 3"):
        read_n2p2(folder)
    (folder / "scaling.data").unlink()
    with pytest.raises(FileNotFoundError):
        read_n2p2(folder)
