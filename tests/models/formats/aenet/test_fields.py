import random
import struct
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from atomzoo.models.formats.aenet.fields import read_network, write_network
from atomzoo.models.formats.aenet.importing import network_setup
from tests.models.formats.aenet.samples import chebyshev_network, network


def assert_equal(first, second):
    for name, value in vars(first).items():
        np.testing.assert_array_equal(getattr(second, name), value, err_msg=name)


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize(
    "sample",
    [
        network(),
        network(hidden=()),
        chebyshev_network(),
        chebyshev_network(neighbor_elements=("Ti",)),
        network(description="", file="", normalized=False, weights=np.full(32, -1e-300) / 3),
    ],
)
def test_writes_what_it_reads(sample, ascii, tmp_path):
    path = tmp_path / "Ti.nn"
    if ascii and not sample.file:
        sample = replace(sample, file="none")  # an empty line is skipped before a name
    write_network(sample, path, ascii)
    assert_equal(sample, read_network(path))
    assert [file.name for file in tmp_path.iterdir()] == ["Ti.nn"]


@pytest.mark.parametrize("element", ["Ti", "O"])
def test_aenets_own_files_byte_for_byte(reference_data, tmp_path, element):
    path = reference_data / "aenet" / "behler2011_tio2" / f"{element}.nn"
    found = read_network(path)
    assert found.nodes == (70, 10, 10, 1) and found.element == element and found.activations[0] == "tanh"
    write_network(found, tmp_path / "a.nn")
    assert (tmp_path / "a.nn").read_bytes() == path.read_bytes()
    write_network(found, tmp_path / "a.nn.ascii", ascii=True)
    write_network(read_network(tmp_path / "a.nn.ascii"), tmp_path / "b.nn")
    assert (tmp_path / "b.nn").read_bytes() == path.read_bytes()


def test_other_layouts_of_text(tmp_path):
    """aenet-PyTorch puts arrays in one line; list-directed output of Fortran starts with a blank, and may use D."""
    path = tmp_path / "Ti.nn.ascii"
    write_network(network(), path, ascii=True)
    lines = path.read_text().splitlines()
    first = next(k for k, line in enumerate(lines) if "E" in line)
    last = next(k for k, line in enumerate(lines) if "a network" in line)
    one_line = [*lines[:first], " ".join(lines[first:last]), *lines[last:]]
    text = "\n".join(one_line).replace(" T\n", "True\n").replace("E+00", "D+00")
    path.write_text(text.replace("\nTi\nO\n", "\n Ti O \n"))
    assert_equal(network(), read_network(path))


@pytest.mark.parametrize("neighbor_elements", [("Ti",), ("O", "Ti", "Au")])
def test_text_with_as_many_neighbor_types_as_elements(tmp_path, neighbor_elements):
    """aenet itself writes so many, beyond the two that there are; of one element the second is left to memory."""
    functions = [(2, (4.0, 1.0, 0.3, 0.0), (1, 0)), (5, (4.0, -1.0, 2.0, 0.02), (1, 1)), (1, (3.0, 0, 0, 0), (1, 0))]
    sample = network("Ti", neighbor_elements, functions, elements=("Ti", "O", "Au"), atom_energies=np.zeros(3))
    path = tmp_path / "Ti.nn.ascii"
    write_network(sample, path, ascii=True)
    types = sample.neighbor_types.ravel().tolist()
    columns = [f" {value:17d}" for value in types]
    written = "\n".join("".join(columns[k : k + 4]) for k in range(0, 6, 4))
    n = len(neighbor_elements)
    rows = [(types[2 * k : 2 * k + 2] + [0])[:n] for k in range(3)]
    text = path.read_text()
    assert written in text
    path.write_text(text.replace(written, "\n".join(" ".join(map(str, row)) for row in rows)))
    found = network_setup(read_network(path))
    assert [f.neighbors for f in found.functions] == [f.neighbors for f in network_setup(sample).functions]


@pytest.mark.parametrize(
    ("position", "content", "message"),
    [
        (0, b"\0\0\0\x04", "other byte order"),
        (4, struct.pack("=i", 1), "a network has at least 2 layers"),
        (4, struct.pack("=i", -4), "nlayers must be positive. Received: -4"),
        (4, struct.pack("=i", 2**31 - 1), "record 5 .nnodes.: the record must have 8589934588 bytes"),
        (8, struct.pack("=i", 5), "the lengths before and after a record must agree. Received: 4 and 5"),
        (28, struct.pack("=i", 7), "Wsize must be 32, from what comes before. Received: 7"),
        (16, struct.pack("=i", 9), "nnodes_max must be 6"),
        (52, struct.pack("=i", -3), "each layer has at least 1 node"),
    ],
)
def test_errors_of_binary_files(tmp_path, position, content, message):
    path = tmp_path / "Ti.nn"
    write_network(network(), path)
    data = bytearray(path.read_bytes())
    data[position : position + len(content)] = content
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message) as error:
        read_network(path)
    assert str(error.value).startswith(f"'{path}', ") and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scale": 0.0}, "the scale must not be 0"),
        ({"scale": float("inf")}, "scale must be finite"),
        ({"element": "Au"}, "the element must be in the training set"),
        ({"element": "Xx"}, "the element must be in the training set"),
        ({"neighbor_elements": ("Ti", "Xx")}, "expected a chemical element. Received: 'Xx'"),
        ({"neighbor_elements": ("Ti", "Ti")}, "each neighbor element must be another"),
        ({"setup_type": "LJ"}, "the basis must be Behler2011 or Chebyshev"),
        ({"weights": np.full(32, np.nan)}, "weights must be finite"),
    ],
)
def test_what_does_not_fit_together(changes, message):
    with pytest.raises(ValueError, match=message):
        network(**changes)


@pytest.mark.parametrize("kind", [0, 6, -1])
def test_unknown_functions(kind):
    with pytest.raises(ValueError, match=f"function 1 must be of kind 1 to 5. Received: {kind}"):
        network_setup(network(kinds=np.array([kind, 2, 4, 3, 1, 4])))


def test_neighbors_that_are_not_there():
    with pytest.raises(ValueError, match="function 1 must name elements of ENV. Received: .3, 1."):
        network_setup(network(neighbor_types=np.array([[3, 1]] * 6)))


def test_cutoffs_beyond_reason():
    sample = network()
    sample.parameters[2, 0] = 1e10
    with pytest.raises(ValueError, match="must be from 0.1 to 100 A. Received: cutoff=1"):
        network_setup(sample)


def test_an_angular_cutoff_beyond_the_radial_one():
    with pytest.raises(ValueError, match="aenet mixes up the weights"):
        network_setup(chebyshev_network(cutoffs=(3.0, 4.0)))
    assert len(network_setup(chebyshev_network(neighbor_elements=("Ti",), cutoffs=(3.0, 4.0))).functions) == 7


@pytest.mark.parametrize("orders", [(3.0, 9.0), (-1.0, 6.0), (1e300, 0.0)])
def test_a_chebyshev_basis_of_other_size(orders):
    sample = chebyshev_network()
    sample.parameters[0, [1, 3]] = orders
    with pytest.raises(ValueError, match="a Chebyshev basis of orders|must be a whole number"):
        network_setup(sample)


COUNTS = (b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\x00\x00\x00\x00", b"\x07\x00\x00\x00")
WORDS = (b"-1", b"0", b"99999999999", b"9" * 5000, b"nan", b"1e999", b"\n", b" ", b"T", b"x", b"\xff", b"1.5", b"-3")


def mutated(data, rng):
    """1 to 4 changes: bytes, whole words, cuts and doublings."""
    data, pieces = bytearray(data), COUNTS if rng.random() < 0.5 else WORDS
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(max(len(data), 1))
        match rng.randrange(6):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + rng.choice([1, 4, 8, 100])]
            case 2:
                piece = rng.choice(pieces)
                data[at : at + rng.choice([0, len(piece)])] = piece
            case 3:  # one of the counts at the beginning of binary files
                at = 4 * rng.randrange(20)
                data[at : at + 4] = rng.choice(COUNTS)
            case 4:
                data = data[:at]
            case 5:
                data[at:at] = data[at : at + 200]
    return bytes(data)


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("sample", [network(), chebyshev_network()])
def test_mutated_files_give_a_clear_error_or_a_network(sample, ascii, tmp_path):
    path, rng = tmp_path / "Ti.nn", random.Random(0)
    write_network(sample, path, ascii)
    data, outcomes = path.read_bytes(), {"read": 0, "refused": 0}
    tracemalloc.start()
    for _ in range(1000):
        path.write_bytes(mutated(data, rng))
        try:
            network_setup(read_network(path))
        except ValueError as error:
            assert len(str(error)) < 500 and "\n" not in str(error)
            outcomes["refused"] += 1
        else:
            outcomes["read"] += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5e6 and min(outcomes.values()) > 20
