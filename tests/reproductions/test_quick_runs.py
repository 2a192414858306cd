"""Every script runs from end to end, in a small version, and says that its numbers mean nothing."""

from importlib import import_module

import keras
import pandas
import pytest

from atomzoo.catalog import reproductions
from atomzoo.reproductions.baselines.aenet import find_programs
from tests.lammps_program import HAS_LAMMPS

NEED_LAMMPS = "stende-2017/"
NEED_AENET = ("barch-tubman-2017/table-1-aenet", "barch-tubman-2017/table-2-aenet")
NEED_TIO2 = ("artrith-urban-2016/", "tio2-bpnn/")  # small invented data take the place of the set
SCRIPTS = {entry.name: entry for entry in reproductions()}


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
@pytest.mark.parametrize("name", SCRIPTS)
def test_quick_run(name, request, tmp_path, capsys):
    if name.startswith(NEED_LAMMPS) and not HAS_LAMMPS:
        pytest.skip("runs LAMMPS: needs lmp on PATH")
    if name in NEED_AENET and find_programs() is None:
        pytest.skip("runs aenet: needs AENET_BIN")
    if name.startswith(NEED_TIO2):
        request.getfixturevalue("small_tio2")
    import_module(SCRIPTS[name].module).run(quick=True, output=tmp_path / "out")
    assert "Quick run" in capsys.readouterr().out
    item = SCRIPTS[name].path.stem
    assert "Quick run" in (tmp_path / "out" / f"{item}.md").read_text()
    rows = pandas.read_csv(tmp_path / "out" / f"{item}.csv")
    assert len(rows) > 0 and rows["version"].nunique() == 1
    left = [path.name for path in (tmp_path / "out").iterdir() if "partial" in path.name]
    assert all(file.startswith(("hydrogen.", "network.")) for file in left)  # what the next script goes on from
