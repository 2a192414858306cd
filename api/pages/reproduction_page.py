"""The page of a reproduction: its text and figures, of the files that it wrote, beside the paper's numbers."""

from base64 import b64encode

from markdown_it import MarkdownIt

from atomzoo.pages.page import facts, section, write_page


def write_reproduction_page(folder, name, command):
    """Writes `name`.html, of `name`.md and all figures `name`*.png in a folder of results.

    Args:
        folder: `Path` of the folder.
        name: of the files, such as "table_2".
        command: the command line, as it was typed.

    Returns:
        The `Path` of the page.
    """
    heading, *lines, last = (folder / f"{name}.md").read_text(encoding="utf-8").rstrip().splitlines()
    title = heading.lstrip("# ")
    figures = sorted(path for path in folder.glob(f"{name}*.png") if _is_of(path.stem, name, folder))
    parts = [section("Figures", *map(_image, figures))] if figures else []
    parts += [f"<section>{_html(lines)}</section>", section("How it was made", facts([("command", command)]))]
    path = folder / f"{name}.html"
    write_page(path, "Reproduction", title, last.replace("`", ""), parts)
    return path


def _is_of(stem, name, folder):
    """Whether a figure belongs to an item and not to another, such as that of table_2_all to table_2."""
    owners = [path.stem for path in folder.glob("*.md") if stem == path.stem or stem.startswith(f"{path.stem}_")]
    return max(owners, key=len, default=None) == name


def _html(lines):
    """HTML of Markdown, in which HTML is text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = markdown.render("\n".join(lines))
    return text.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


def _image(path):
    data = b64encode(path.read_bytes()).decode()
    return f'<figure><img src="data:image/png;base64,{data}" alt="{path.stem}"></figure>'
