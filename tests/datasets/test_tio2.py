import tarfile
import warnings

import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import tio2, tio2_files
from atomzoo.datasets.io.xsf import write_xsf

ENERGIES = tio2.ATOMIC_ENERGIES["aenet-set001"]


def structure(n_units, shift, cohesive=-0.5):
    """TiO2 units in a cell, with a cohesive energy in eV/atom."""
    rng = np.random.default_rng(n_units)
    atoms = ase.Atoms(n_units * "TiO2", cell=[9, 9, 9 * n_units], pbc=True)
    atoms.positions = rng.uniform(0, 9, size=(3 * n_units, 3)) + shift
    energy = n_units * (ENERGIES["Ti"] + 2 * ENERGIES["O"]) + 3 * n_units * cohesive
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=np.zeros((3 * n_units, 3)))
    return atoms


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty small and four large structures; s05 is a copy of s03, and s07 has a high energy."""
    folder = tmp_path_factory.mktemp("tio2")
    for k in range(44):
        large = k >= 40
        shift = 0.03 if k == 5 else 0.01 * k
        write_xsf(folder / f"s{k:02d}.xsf", structure(10 if large else 2, shift, cohesive=1.5 if k == 7 else -0.5))
    return folder


@pytest.fixture(autouse=True)
def other_data():
    """These are not the published data, which `load_data` says."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="these are not the published 7815 structures")
        yield


def names(structures):
    return [atoms.info["file"] for atoms in structures]


def test_random_split(folder):
    train, validation, test = tio2.load_data("random", folder)
    # 42 different ones below 1 eV/atom: 4 are tests, and 4 of the other 38 validate; a copy comes on top
    copies = sum("s05.xsf" in names(part) for part in (train, validation, test))
    assert copies == 1 and len(train) + len(validation) + len(test) == 43
    assert len(set(names(test)) - {"s05.xsf"}) == 4 and len(set(names(validation)) - {"s05.xsf"}) == 4
    assert "s07.xsf" not in names(train + validation + test)


@pytest.mark.parametrize("split", ["random", "by-size"])
def test_only_the_validation_part_depends_on_the_seed(folder, split):
    splits = [tio2.load_data(split, folder, seed=seed) for seed in (0, 0, 1, 2)]
    assert names(splits[0].validation) == names(splits[1].validation) != names(splits[2].validation)
    assert len({tuple(names(found.test)) for found in splits}) == 1


def test_a_copy_is_where_its_original_is(folder):
    for seed in range(20):
        parts = tio2.load_data("by-size", folder, seed=seed, validation_fraction=0.5)
        assert any({"s03.xsf", "s05.xsf"} <= set(names(part)) for part in parts)


def test_split_by_size(folder):
    train, validation, test = tio2.load_data("by-size", folder)
    assert names(test) == ["s40.xsf", "s41.xsf", "s42.xsf", "s43.xsf"]
    assert {len(atoms) for atoms in train + validation} == {6}


def test_energies_and_filter(folder):
    kept = sum(tio2.load_data("random", folder, largest_energy=None), [])
    energies = {atoms.info["file"]: atoms.info["cohesive_energy"] for atoms in kept}
    assert len(kept) == 44 and energies["s07.xsf"] == pytest.approx(1.5) and energies["s08.xsf"] == pytest.approx(-0.5)
    # -1626.66972707 + 1604.604515075 + 2 (-433.23448532 + 432.503149303) = -23.5278840 eV a unit, of 3 atoms
    other = sum(tio2.load_data("random", folder, atomic_energies="aenet-set003", largest_energy=None), [])
    assert other[0].info["cohesive_energy"] == pytest.approx(-0.5 - 23.5278840 / 3, abs=1e-6)
    with pytest.raises(ValueError, match="no structure has so low a cohesive energy. Received: largest_energy=-9"):
        tio2.load_data("random", folder, largest_energy=-9)


def test_energy_table(folder):
    table = tio2.energy_table(tio2.read_all(folder)).set_index("file")
    assert table.loc["s40.xsf", ["atoms", "Ti", "O"]].tolist() == [30, 10, 20]
    assert table.cohesive_energy_eV["s40.xsf"] == pytest.approx(-15.0)
    assert table.cohesive_energy_eV_per_atom["s40.xsf"] == pytest.approx(-0.5)
    assert table.total_energy_eV["s00.xsf"] == pytest.approx(2 * (ENERGIES["Ti"] + 2 * ENERGIES["O"]) - 3.0)
    assert table.duplicate_of[table.duplicate_of != ""].to_dict() == {"s05.xsf": "s03.xsf"}


def test_aenets_split(folder, tmp_path):
    for path in sorted(folder.glob("s0[0-4].xsf")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(FileNotFoundError, match="no aenet_split_set001.csv"):
        tio2.load_data(path=tmp_path)
    rows = "".join(f"s0{k}.xsf,{'test' if k == 2 else 'train'}\n" for k in range(4))
    (tmp_path / tio2.SPLIT_FILE).write_text("file,subset\n" + rows)
    with pytest.raises(ValueError, match="Received: 1 others, such as s04.xsf"):
        tio2.load_data(path=tmp_path)
    (tmp_path / tio2.SPLIT_FILE).write_text("file,subset\n" + rows + "s04.xsf,train\n")
    train, validation, test = tio2.load_data(path=tmp_path, validation_fraction=0.25)
    assert names(test) == ["s02.xsf"] and len(train) == 3 and len(validation) == 1


def test_archives(folder, tmp_path):
    for ending, mode in ((".tar.xz", "w:xz"), (".tar.bz2", "w:bz2")):
        with tarfile.open(tmp_path / f"a{ending}", mode) as archive:
            archive.add(folder, arcname="xsf")
        expected = {path.name: path.read_bytes() for path in folder.glob("*.xsf")}
        assert tio2_files.read_contents(tmp_path / f"a{ending}") == expected
    assert tio2_files.find_source(tmp_path) == tmp_path / "a.tar.xz"
    assert len(tio2.read_all(tmp_path)) == 44
    whole = (tmp_path / "a.tar.xz").read_bytes()
    for size in (0, 100, len(whole) // 2, 3 * len(whole) // 4):
        (tmp_path / "a.tar.xz").write_bytes(whole[:size])
        with pytest.raises(ValueError, match="the archive is damaged, or none .*Received: '.*a.tar.xz'"):
            tio2.read_all(tmp_path / "a.tar.xz")


def broken(text):
    """Name, content and place of the error of files that cannot be used."""
    yield "cut", text[: len(text) // 2], 9
    yield "letters", text.replace("0.0000", "zero", 1), 5
    yield "no_energy", text[text.index("CRYSTAL") :], 13
    yield "nan", text.replace(text.split()[4], "NaN"), 1
    yield "count", text.replace("\n6 1\n", "\n5 1\n"), 15
    yield "volume", text.replace("18.000000000000000", "0"), 7


def test_broken_files_are_refused_or_left_out(folder, tmp_path):
    good = (folder / "s00.xsf").read_text()
    (tmp_path / "good.xsf").write_text(good)
    lines = {}
    for name, text, line in broken(good):
        assert text != good
        (tmp_path / f"{name}.xsf").write_text(text)
        lines[name] = line
        with pytest.raises(ValueError, match=r"^'.*/.*\.xsf', line \d+: .* Received: "):
            tio2.read_all(tmp_path)
    with pytest.warns(UserWarning) as caught:
        (atoms,) = tio2.read_all(tmp_path, on_error="skip")
    assert atoms.info["file"] == "good.xsf"
    said = [str(warning.message) for warning in caught if "left out" in str(warning.message)]
    assert len(said) == len(lines)
    for name, line in lines.items():
        assert sum(message.startswith(f"left out: '{tmp_path}/{name}.xsf', line {line}: ") for message in said) == 1


def test_nothing_left(tmp_path):
    (tmp_path / "a.xsf").write_text("ATOMS\n")
    with pytest.warns(UserWarning, match="left out: .*a.xsf', line 1: there are no atoms"):
        with pytest.raises(ValueError, match="there is no XSF file that can be used"):
            tio2.read_all(tmp_path, on_error="skip")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "aenet"}, "`split` must be one of aenet-set001, random, by-size. Received: split='aenet'"),
        ({"validation_fraction": 1.0}, "`validation_fraction` must be at least 0 and less than 1. Received: 1.0"),
        ({"atomic_energies": "mine"}, "`atomic_energies` must be one of aenet-set001, aenet-set003, or a dict"),
        ({"on_error": "ignore"}, "`on_error` must be 'raise' or 'skip'. Received: on_error='ignore'"),
    ],
)
def test_bad_options(folder, options, message):
    with pytest.raises(ValueError, match=message):
        tio2.load_data(**{"split": "random", "path": folder, **options})


def test_where_the_data_are(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="not in '.*tio2': get data-set-2016-TiO2.tar.bz2 from http"):
        tio2.load_data()
    monkeypatch.delenv("ATOMZOO_DATA")
    monkeypatch.setattr(tio2_files, "URL", "file:///no/data-set-2016-TiO2.tar.bz2")
    monkeypatch.setattr("keras.utils.get_file", _no_network)
    with pytest.raises(FileNotFoundError, match="could not be downloaded .no network.: get data-set") as error:
        tio2.load_data()
    assert "\n" not in str(error.value)


def _no_network(*args, **kwargs):
    raise Exception("no\nnetwork")


def test_a_download_must_be_the_published_set(folder, tmp_path, monkeypatch):
    path = tmp_path / "data-set-2016-TiO2.tar.bz2"
    with tarfile.open(path, "w:bz2") as archive:
        archive.add(folder, arcname="xsf")
    monkeypatch.delenv("ATOMZOO_DATA", raising=False)
    monkeypatch.setattr("keras.utils.get_file", lambda *args, **kwargs: path)
    with pytest.raises(ValueError, match="not the published 7815 structures .* delete the file to download it again"):
        tio2.load_data("random")
    with pytest.warns(UserWarning, match="not the published 7815 structures .*Received: 44 files"):
        tio2.read_all(folder)


def test_the_published_data(reference_data):
    """Numbers of structures and atoms, aenet's splits and energies; no warning: the content hash is right."""
    if not (reference_data / "tio2").is_dir():
        pytest.skip(f"no TiO2 data in {reference_data}")
    warnings.filterwarnings("error")
    train, validation, test = tio2.load_data(path=reference_data / "tio2")
    assert (len(train) + len(validation), len(validation), len(test)) == (6028, 602, 669)
    split = tio2.pandas.read_csv(reference_data / "tio2" / tio2.SPLIT_FILE).set_index("file")
    ours = {atoms.info["file"]: atoms.info["cohesive_energy"] for atoms in train + validation + test}
    theirs = split.cohesive_energy_ref_eV_per_atom[list(ours)]
    np.testing.assert_allclose(list(ours.values()), theirs, atol=6e-8)  # its digits
    assert (split.subset[names(test)] == "test").all() and (split.subset[names(train + validation)] == "train").all()
    structures = tio2.read_all(reference_data / "tio2")
    table = tio2.energy_table(structures, "aenet-set003")
    assert len(table) == 7815 and table.atoms.sum() == 165229 and (table.cohesive_energy_eV_per_atom <= 1).sum() == 7707
    assert (table.duplicate_of != "").sum() == 3
    assert structures[0].get_forces()[0].tolist() == [0.07592985, -0.40427630, 0.69417754]
