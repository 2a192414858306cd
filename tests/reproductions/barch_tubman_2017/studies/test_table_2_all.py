import pandas

from atomzoo.datasets.gold_clusters import SPLITS
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_all_output import describe
from atomzoo.reproductions.barch_tubman_2017.table_2 import jobs
from atomzoo.reproductions.report import recorded, recorded_rows


def test_all_splits_and_labels_have_the_cells_of_table_2():
    every = pandas.DataFrame(jobs(seeds=2, quick=False, splits=SPLITS, labels=(False, True)))
    assert len(every) == len(every.drop_duplicates()) == 3 * 3 * 2 * 2 * 2
    part = every[(every["split"] == "random") & ~every["forces"]]
    assert part.to_dict("records") == jobs(seeds=2, quick=False)


def test_a_cell_of_the_text():
    """Means over the recorded seeds, without and with forces."""
    rows = recorded_rows(recorded("barch-tubman-2017"), "table_2_all")
    text = describe(rows, False, 0.0).split("## block split")[1]
    cell = rows.query("split == 'block' and atoms == 4 and network == '30t-30t'")
    found = next(line for line in text.splitlines() if line.startswith("| 4 | 30t-30t |")).strip("| ").split(" | ")
    for column, part in ((4, cell[~cell["forces"]]), (5, cell[cell["forces"]])):
        assert found[column].split()[0] == f"{part['validation_mse_eV2'].mean() * 1e6:.3g}"
