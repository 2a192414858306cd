import os

import ase
import ase.io
import pytest

from atomzoo.datasets.io.output_files import (
    check_output,
    check_structure_file,
    check_writing,
    replacing,
    write_structures,
    writing_structures,
)
from tests.examples import crystal, rattled


def test_a_complete_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old" and temporary.suffix == ".txt"
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_places_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder '.*no' to write to. Received: '.*a.xyz'"):
        check_structure_file(tmp_path / "no" / "a.xyz")
    with pytest.raises(ValueError, match="The output must be a file. Received: the folder"):
        check_structure_file(tmp_path)


@pytest.mark.parametrize("folder", [".", "elsewhere"])
def test_a_link_is_followed(tmp_path, folder):
    """It stays a link, and the file that it leads to is written, where that is."""
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / folder / "a.dat", tmp_path / "b.extxyz"
    link.symlink_to(target)
    for text in ("new", "newer"):  # at first the link leads to nothing
        with replacing(link) as temporary:
            temporary.write_text(text)
            assert temporary.parent.samefile(target.parent) and temporary.suffix == ".extxyz"
        assert link.is_symlink() and target.read_text() == text
    assert len(list(tmp_path.rglob("*"))) == 3


def make_pipe(path):
    os.mkfifo(path)


def make_device(path):
    path.symlink_to(os.devnull)


def make_loop(path):
    path.symlink_to(path.name)


@pytest.mark.parametrize("make", [make_pipe, make_device, make_loop])
def test_what_is_no_file_is_not_replaced(tmp_path, make):
    make(tmp_path / "a.extxyz")
    before = os.lstat(tmp_path / "a.extxyz")
    with pytest.raises(ValueError, match="The output must be a file, not a device, a pipe or a link to itself"):
        write_structures(tmp_path / "a.extxyz", [ase.Atoms("Au")])
    assert os.lstat(tmp_path / "a.extxyz") == before and len(list(tmp_path.iterdir())) == 1
    assert not os.path.isfile(os.devnull)


def test_a_file_that_may_not_be_changed(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("as it was")
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.isdir(path))  # root may write to everything
    with pytest.raises(PermissionError, match="The file may not be changed. Received: '.*a.txt'"):
        check_output(tmp_path / "a.txt")


def test_a_link_to_a_folder_that_is_not_there(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "no" / "a.txt")
    with pytest.raises(FileNotFoundError, match="There is no folder '.*no' to write to. Received: '.*a.txt'"):
        check_output(tmp_path / "a.txt")


def test_the_temporary_file_has_all_endings(tmp_path):
    """ASE compresses by the last one and takes the format from the one before."""
    frames = [ase.Atoms("Au", positions=[[0, 0, z]]) for z in (0.0, 1.0)]
    write_structures(tmp_path / "a.extxyz.gz", frames)
    assert (tmp_path / "a.extxyz.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert len(ase.io.read(tmp_path / "a.extxyz.gz", index=":")) == 2 and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["a", "a.unknown", "OUTCAR"])
def test_names_without_a_format_to_write(tmp_path, name):
    with pytest.raises(ValueError, match="try .extxyz. Received: "):
        check_structure_file(tmp_path / name)


@pytest.mark.parametrize("name", ["a.extxyz", "a.xyz", "a.traj"])
def test_structures(tmp_path, name):
    frames = [ase.Atoms("Au", positions=[[0, 0, z]]) for z in (0.0, 1.0)]
    write_structures(tmp_path / name, frames)
    assert [atoms.positions[0, 2] for atoms in ase.io.read(tmp_path / name, index=":")] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("a.pwi", [4, 4, 4], r"in the format espresso-in \(.*\); try .extxyz. Received: '.*a.pwi'"),
        ("a.pwi.gz", [4, 4, 4], "in the format espresso-in"),
        ("POSCAR", [4, 4, 4], "1 Atoms object"),
        ("a.xsf", [4, 4, 4], None),
        ("a.cif", [4, 4, 4], None),
        ("a.extxyz", None, None),
        ("a.traj.gz", None, None),
    ],
)
def test_what_a_writer_needs_is_found_out_before(tmp_path, name, cell, message):
    frames = [ase.Atoms("Au", positions=[[0, 0, z]], cell=cell, pbc=cell is not None) for z in (0.0, 1.0)]
    (tmp_path / name).write_text("as it was")
    if message is None:
        check_writing(tmp_path / name, frames)
    else:
        for write in (check_writing, write_structures):
            with pytest.raises(ValueError, match=message) as error:
                write(tmp_path / name, frames)
            assert "\n" not in str(error.value)
    assert (tmp_path / name).read_text() == "as it was" and list(tmp_path.iterdir()) == [tmp_path / name]
    assert all(atoms.calc is None for atoms in frames)


def test_every_format_is_written_or_refused_in_one_line(tmp_path):
    """The dry run tells, for all formats of ASE with an ending, what writing itself would come to."""
    crystal = ase.Atoms("Au", cell=[4, 4, 4], pbc=True)
    formats = [found for found in ase.io.formats.ioformats.values() if found.can_write]
    endings = {"extxyz", *(ending for found in formats for ending in found.extensions)} - {"png", "mp4", "gif"}
    outcomes = {}
    for ending in sorted(endings):
        for write in (check_writing, write_structures):
            try:
                write(tmp_path / f"a.{ending}", [crystal])
                outcomes.setdefault(ending, []).append("written")
            except ValueError as error:
                assert "\n" not in str(error) and "Received: " in str(error)
                outcomes.setdefault(ending, []).append("refused")
    assert all(dry == real for dry, real in outcomes.values()), outcomes
    assert outcomes["extxyz"][0] == "written" and outcomes["pwi"][0] == "refused" and len(outcomes) > 20


@pytest.mark.parametrize("name", ["a.extxyz", "a.xyz", "a.extxyz.gz", "a.traj", "a.traj.gz", "a.json"])
def test_structures_that_come_part_by_part(tmp_path, name):
    """As if they were written at once, and none of them before the end."""
    structures = rattled(crystal(["Au"]), 5)
    write_structures(tmp_path / f"whole-{name}", structures)
    with writing_structures(tmp_path / name) as write:
        for part in (structures[:2], structures[2:3], structures[3:]):
            write(part)
            assert not (tmp_path / name).exists()
    found, expected = (ase.io.read(tmp_path / each, index=":") for each in (name, f"whole-{name}"))
    assert len(found) == 5 and found == expected
    if name == "a.extxyz":
        assert (tmp_path / name).read_bytes() == (tmp_path / f"whole-{name}").read_bytes()
    with pytest.raises(RuntimeError), writing_structures(tmp_path / "b.extxyz") as write:
        write(structures)
        raise RuntimeError
    assert not list(tmp_path.glob("*b.extxyz"))
