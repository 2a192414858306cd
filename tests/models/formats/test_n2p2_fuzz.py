"""Damaged files end in one clear line, or in what they say; never in anything else, nor in much memory or time."""

import resource

import numpy as np
import pytest

from atomzoo.models.formats.n2p2 import read_input_data, read_n2p2
from atomzoo.models.formats.n2p2.reader import read_files
from tests.models.formats import n2p2_reference as n2p2

N_MUTATIONS = 2000
WORDS = ["999999999", "-1", "0", "1e308", "1e999", "nan", "inf", "1_0", "0x10", "9" * 5000, "\u0663", "1d5", "", "#"]
STRUCTURES = """begin
comment a cluster
atom 0.0 0.1 0.2 Ti 0.0 0.0 0.1 0.2 0.3
atom 2.0 0.1 0.2 O -0.5 0.0 -0.1 -0.2 -0.3
energy -1.5
charge 0.0
end
begin
lattice 5.0 0.0 0.0
lattice 0.0 5.0 0.0
lattice 0.0 0.0 5.0
atom 0.0 0.1 0.2 Ti 0.0 0.0 0.1 0.2 0.3
energy -1.0
charge 0.0
end
"""


def mutated(text, rng):
    """The text with one to three damages: cut, bytes flipped, lines gone, doubled or moved, words replaced."""
    for _ in range(rng.integers(1, 4)):
        lines = text.split("\n")
        k, other = rng.integers(len(lines), size=2)
        match rng.integers(7):
            case 0:
                text = text[: rng.integers(len(text) + 1)]
            case 1:
                data = bytearray(text.encode())
                for place in rng.integers(len(data) or 1, size=min(len(data), 3)):
                    data[place] = rng.integers(256)
                text = data.decode("utf-8", errors="replace")
            case 2:
                text = "\n".join(lines[:k] + lines[k + 1 :])
            case 3:
                text = "\n".join(lines[:k] + [lines[other]] + lines[k:])
            case 4:
                lines[k], lines[other] = lines[other], lines[k]
                text = "\n".join(lines)
            case _:
                words = lines[k].split(" ")
                words[rng.integers(len(words))] = WORDS[rng.integers(len(WORDS))]
                text = "\n".join([*lines[:k], " ".join(words), *lines[k + 1 :]])
    return text


def fuzz(path, read, seed):
    """Reads mutations of the file; returns how many could be read."""
    original, rng, n_read = path.read_text(), np.random.default_rng(seed), 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        for _ in range(N_MUTATIONS):
            path.write_text(mutated(original, rng), encoding="utf-8", errors="replace")
            try:
                read()
                n_read += 1
            except (ValueError, OSError) as error:
                assert len(str(error)) < 1000 and "\n" not in str(error)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    finally:
        path.write_text(original)
    return n_read


@pytest.mark.parametrize("name", ["input.nn", "scaling.data", "weights.022.data"])
def test_a_potential(name, tmp_path):
    folder = n2p2.make_folder(tmp_path)

    def read():
        files = read_files(folder)
        for element, functions in files.settings.functions.items():
            nodes = [len(functions), *files.hidden[element], 1]
            assert [kernel.shape for kernel, _ in files.layers[element]] == list(zip(nodes, nodes[1:], strict=False))
            assert all(np.isfinite(values).all() for layer in files.layers[element] for values in layer)
        assert all(np.isfinite(table).all() for table in files.statistics)

    assert 20 < fuzz(folder / name, read, seed=1) < N_MUTATIONS - 20


def test_structures(tmp_path):
    path = tmp_path / "input.data"
    path.write_text(STRUCTURES)

    def read():
        assert all(np.isfinite(atoms.positions).all() and len(atoms) for atoms in read_input_data(path))

    assert 20 < fuzz(path, read, seed=2) < N_MUTATIONS - 20


def test_what_can_be_read_can_be_built(tmp_path):
    folder, rng = n2p2.make_folder(tmp_path), np.random.default_rng(3)
    n_built = 0
    for _ in range(150):
        (folder / "input.nn").write_text(mutated(n2p2.INPUT, rng), encoding="utf-8", errors="replace")
        try:
            potential = read_n2p2(folder)
        except ValueError as error:
            assert "\n" not in str(error)
            continue
        n_built += 1
        assert potential.cutoff > 0 and potential.elements == ["O", "Ti"]
    assert n_built > 3
