import pytest

from atomzoo.pages.page import cards, facts, figure, paragraph, section, table, write_page
from tests.api.pages.parsed import Page

EVIL = '<script>alert("&")</script>'


def test_all_text_is_escaped(tmp_path):
    parts = [section(EVIL, paragraph(EVIL), cards([(EVIL,) * 3]), table([EVIL], [[EVIL]]), facts([(EVIL, EVIL)]))]
    write_page(tmp_path / "a.html", EVIL, EVIL, EVIL, [*parts, figure("<svg></svg>", EVIL)])
    page = Page(tmp_path / "a.html")
    assert "script" not in page.tags and page.source.count("&lt;script&gt;alert(&quot;&amp;&quot;)") == 14
    assert page.tables == [[[EVIL], [EVIL]], [[EVIL, EVIL]]]


def test_it_may_load_nothing(tmp_path):
    write_page(tmp_path / "a.html", "", "", "", [])
    page = Page(tmp_path / "a.html")
    assert (
        "content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: "
        in page.source
    )
    assert page.loads == []


def test_columns_without_text_are_left_out():
    assert table(["a", "b"], [["", 0], ["", 1]], (1,)).count("<th") == 2  # thead and th
    assert "<td" in table(["a"], [[0]])


def test_attributes_of_rows():
    assert '<tr class="bad"><td>1</td>' in table(["a"], [[1]], attributes=['class="bad"'])


def test_a_page_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        write_page(tmp_path / "no" / "a.html", "", "", "", [])
