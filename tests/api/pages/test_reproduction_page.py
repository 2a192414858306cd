import shutil

import pytest

from atomzoo.pages.reproduction_page import write_reproduction_page
from atomzoo.reproductions.report import recorded
from tests.api.pages.parsed import Page

TEXT = """# Table <2> of a paper

Some *words* & <b>.

| atoms | error |
| --- | --- |
| 3 | 5 ± 1 |

atomzoo 1.0, 2026-01-01, 3 s, `atomzoo reproduce a/table-2`
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "table_2.md").write_text(TEXT)
    for name in ("table_2", "table_2_more", "table_2_all", "table_2_all_more"):
        (tmp_path / f"{name}.png").write_bytes(name.encode())
    (tmp_path / "table_2_all.md").write_text(TEXT)
    return tmp_path


def test_text_and_figures(folder):
    path = write_reproduction_page(folder, "table_2", "atomzoo reproduce a/table-2 --seeds <3>")
    page = Page(path)
    assert path == folder / "table_2.html" and page.loads == []
    assert page.tables[0] == [["atoms", "error"], ["3", "5 ± 1"]]
    assert "<h1>Table &lt;2&gt; of a paper</h1>" in page.source and "<em>words</em> &amp; &lt;b&gt;." in page.source
    assert (
        "2026-01-01, 3 s, atomzoo reproduce a/table-2</p></header>" in page.source
        and "--seeds &lt;3&gt;" in page.source
    )


def test_figures_of_other_items_are_left_to_them(folder):
    page = Page(write_reproduction_page(folder, "table_2", ""))
    assert page.tags.count("img") == 2 and 'alt="table_2_more"' in page.source and "table_2_all" not in page.source
    assert Page(write_reproduction_page(folder, "table_2_all", "")).tags.count("img") == 2


@pytest.mark.parametrize("name", ["table_2", "table_2_all"])
def test_of_recorded_results(tmp_path, name):
    """What a script really writes: the paper's numbers stand beside ours."""
    source = recorded("barch-tubman-2017")
    for path in [*source.glob("table_2*.md"), source / f"{name}.png"]:
        shutil.copy(path, tmp_path)
    page = Page(write_reproduction_page(tmp_path, name, ""))
    assert page.loads == [] and page.tags.count("img") == 1 and len(page.tables) > 2
    assert page.rows("3")
