import resource

import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, load_potential, save_potential
from atomzoo.layers import SymmetryFunction
from atomzoo.layers.descriptors.chebyshev_functions import ChebyshevFunction
from atomzoo.models.formats.lammps import read_lammps, write_lammps
from atomzoo.models.formats.lammps.network_reader import read_network_file
from tests.examples import (
    ALL_COMPACT,
    COMPACT,
    CUTOFF,
    ONE_OF_EACH,
    crystal,
    rattled,
    small_potential,
    weighted,
    wide_core,
)
from tests.models.formats.n2p2_reference import energy_of
from tests.models.formats.test_n2p2_fuzz import N_MUTATIONS, mutated

CHEBYSHEV = [
    ChebyshevFunction("T2", CUTOFF, 3),
    ChebyshevFunction("T3", 3.4, 2, weights=(("Ti", -1.0), ("O", 2.0))),
]
OPTIONS = {
    "as it is": {},
    "polynomial": {"cutoff_function": "polynomial", "scaling": "z-score"},
    "tanh": {"cutoff_function": "tanh", "scaling": "none"},
    "by element": {
        "hidden": {"Ti": (3,), "O": (5, 4)},
        "activation": {"Ti": "softplus", "O": ["twist", "silu", "tanh"]},
    },
    "columns": {"feature_columns": {"Ti": [3, 1, 4], "O": range(7)}, "scaling": "principal-components"},
    "chebyshev": {"functions": [*ONE_OF_EACH, *CHEBYSHEV], "scaling": "min-max-centered"},
    "compact": {"functions": [*ONE_OF_EACH[:2], *ALL_COMPACT, *weighted(ALL_COMPACT, {"Ti": 0.5, "O": 0.3})]},
    "float32": {"dtype": "float32"},
    "core": {"core": "zbl"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_energies_are_those_of_what_was_written(options, tmp_path):
    potential = small_potential(["Ti", "O"], **options)
    write_lammps(potential, tmp_path / "a.nn")
    again = load_potential(tmp_path / "a.nn")
    assert (again.core is None) == (potential.core is None)
    assert again.compute_dtype == "float64" and again.elements == ["Ti", "O"] and again.functions == potential.functions
    rtol = 1e-12 if potential.compute_dtype == "float64" else 1e-5
    for atoms in (crystal(["Ti", "O"]), crystal(["O", "Ti"], pbc=False)):
        assert energy_of(again, atoms) == pytest.approx(energy_of(potential, atoms), rel=rtol)
    write_lammps(again, tmp_path / "b.nn")
    first, second = (_numbers(tmp_path / name) for name in ("a.nn", "b.nn"))
    # Ranges are widened each time, by the rounding of their larger end.
    np.testing.assert_allclose(first, second, rtol=1e-13 if rtol == 1e-12 else 1e-4, atol=1e-12)


def _numbers(path):
    """All numbers of a file."""
    words = path.read_text().split("elements", 1)[1].split()
    found = []
    for word in words:
        try:
            found.append(float(word))
        except ValueError:
            pass
    return np.array(found)


def test_constant_and_unknown_features(tmp_path):
    """What never varied keeps to contribute nothing, what was never seen keeps to have no range."""
    potential = small_potential(["Au"])
    potential.feature_scaling.set_statistics(0, [0.5], [0.5], [0.5], [0.0], columns=[1])
    two = NeuralNetworkPotential.from_functions(["Ti", "O"], [SymmetryFunction("G2", 3.5, eta=0.1)], dtype="float64")
    for network, elements in ((potential, ["Au"]), (two, ["Ti", "O"])):
        write_lammps(network, tmp_path / "a.nn")
        again = read_lammps(tmp_path / "a.nn")
        assert energy_of(again, crystal(elements)) == pytest.approx(energy_of(network, crystal(elements)), rel=1e-12)
    assert np.isinf(again.feature_range("Ti")).all()


def test_pairs_counted_twice(tmp_path):
    write_lammps(small_potential(["Au"]), tmp_path / "a.nn")
    text = (tmp_path / "a.nn").read_text()
    (tmp_path / "a.nn").write_text(text.replace("pair_count 1", "pair_count 2"))
    assert read_lammps(tmp_path / "a.nn").descriptor.double_count
    write_lammps(read_lammps(tmp_path / "a.nn"), tmp_path / "b.nn")
    assert "pair_count 2" in (tmp_path / "b.nn").read_text()


def test_it_goes_on_to_all_other_formats(tmp_path):
    potential = small_potential(["Au"])
    write_lammps(potential, tmp_path / "a.nn")
    again, (atoms,) = read_lammps(tmp_path / "a.nn"), rattled(crystal(["Au"]), 1)
    for format in ("keras", "n2p2", "aenet"):
        path = tmp_path / {"keras": "a.keras"}.get(format, format)
        save_potential(again, path, format)
        assert energy_of(load_potential(path), atoms) == pytest.approx(energy_of(potential, atoms), rel=1e-9)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("networks") / "a.nn"
    functions = [*ONE_OF_EACH[:4], *CHEBYSHEV, *COMPACT["narrow"]]
    write_lammps(small_potential(["Ti", "O"], functions, core=wide_core()), path)
    return path.read_text()


BAD = {
    "nn/manybody 1": ("nn/manybody 2", "line 1: only version 1"),
    "elements Ti O": ("elements Ti Ti", "`elements` must be a list of different symbols"),
    "pair_count 1": ("pair_count 3", "pair_count must be 1 or 2. Received: 3"),
    "cutoff_function cosine inner_fraction 0.0": ("cutoff_function sine", "the cutoff function must be one of cosine"),
    "cutoff_function cosine": (
        "cutoff_function cosine order 2",
        "expected pairs of a key and a value, inner_fraction. Received: 'order 2",
    ),
    "G1 cutoff 4.0 neighbors Ti": ("G1 cutoff 4.0 neighbors Au", "expected one of the elements Ti O"),
    "G1 cutoff 4.0 neighbors O": ("G1 cutoff 4.0", "its neighbors must be named"),
    "radii 1.6 3.0": ("radii", "radii, and two of each pair of elements. Received: 'zbl numbers 22 8 radii 1.3"),
    "numbers 22": ("numbers", "radii, and two of each pair of elements. Received: 'zbl numbers 8 radii 1.6"),
    "radii 1.6 ": ("radii 3.6 ", r"0 <= inner < outer. Received: \[22, 8\], inner=\[\[3.6, 1.3\], \[1.3, 1.4"),
    "core zbl": ("core lj", "expected zbl, numbers, one of each element, radii, and two of each pair"),
    "G2 cutoff": ("G7 cutoff", "a function must be of G1, G2, G3, G4, G5, T2, T3, C2, C4, C5. Received: 'G7'"),
    "G2 cutoff 4.0": ("G2 range 4.0", "expected pairs of a key and a value, cutoff, eta, rs. Received: 'range"),
    "T2 cutoff 4.0": ("T2 cutoff 4e4", "`cutoff` must be from 0.1 to 100 A"),
    "C4 rlow -4.0": ("C4 rlow 4.0", "`rlow` must be below `cutoff`. Received: rlow=4.0, cutoff=4.0"),
    "subtype p2a": ("subtype p9", "`subtype` must be one of p1, .* Received: subtype='p9'"),
    "thetahigh 120.0": ("thetahigh 190.0", "a range with angles below 0 must have its center at 0"),
    "layer tanh": ("layer line", "there is no such activation. Received: 'line'"),
    "\nend": ("\n", "the file ends too early"),
}


@pytest.mark.parametrize("old", BAD)
def test_bad_files(old, text, tmp_path):
    new, message = BAD[old]
    assert old in text
    (tmp_path / "a.nn").write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=message) as error:
        load_potential(tmp_path / "a.nn")
    assert str(error.value).startswith(f"'{tmp_path / 'a.nn'}', line ") and "\n" not in str(error.value)


def test_chebyshev_functions_are_never_counted_twice(text, tmp_path):
    (tmp_path / "a.nn").write_text(text.replace("pair_count 1", "pair_count 2"))
    with pytest.raises(ValueError, match="a.nn': Chebyshev and compact functions count each pair of neighbors once"):
        read_lammps(tmp_path / "a.nn")


def test_damaged_files_end_in_one_line(text, tmp_path):
    """2000 of them; potentials are made of a few of those that can still be read."""
    rng, path, n_read = np.random.default_rng(0), tmp_path / "a.nn", 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(N_MUTATIONS):
        path.write_text(mutated(text, rng), encoding="utf-8", errors="replace")
        try:
            read_network_file(path)
            n_read += 1
            if n_read % 40 == 0:
                read_lammps(path)
        except ValueError as error:
            assert str(path) in str(error) and "\n" not in str(error) and len(str(error)) < 500
    assert n_read > N_MUTATIONS / 50
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1e6  # kB
