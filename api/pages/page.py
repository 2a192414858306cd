"""The skeleton of a page, and its parts: each function returns HTML, in which all text it was given is escaped."""

from html import escape
from importlib.resources import files

from atomzoo.datasets.io.output_files import replacing

# A browser that reads this loads nothing, from whichever place: all that a page needs is in it.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><p class="kind">{kind}</p><h1>{title}</h1><p class="lead">{lead}</p></header>
<main>{parts}</main>
</body>
</html>
"""


def write_page(path, kind, title, lead, parts):
    """Writes a page, which appears only once it is complete.

    Args:
        path: the .html file.
        kind: what it is a page of, such as "Training".
        title, lead: the heading, and the line below it.
        parts: list of HTML, of the functions below.

    Raises:
        ValueError, OSError: as `replacing`.

    Example:
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_page(f"{folder}/a.html", "Training", "<gold>", "", [])
        ...     "<h1>&lt;gold&gt;</h1>" in pathlib.Path(f"{folder}/a.html").read_text(encoding="utf-8")
        True
    """
    style = resource("style.css")
    words = {"policy": POLICY, "style": style, "kind": escape(kind), "title": escape(title), "lead": escape(lead)}
    with replacing(path) as temporary:
        temporary.write_text(PAGE.format(parts="\n".join(parts), **words), encoding="utf-8")


def resource(name):
    """The text of a file of this folder."""
    return (files("atomzoo.pages") / name).read_text(encoding="utf-8")


def section(title, *parts):
    """A part of a page with a heading."""
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def paragraph(text):
    """A paragraph of text."""
    return f"<p>{escape(text)}</p>"


def cards(numbers):
    """Some numbers in large print.

    Args:
        numbers: list of (what it is, value with its unit, a note below).

    Example:
        >>> cards([("energy", "1 meV/atom", "RMSE")])
        '<ul class="cards"><li><span>energy</span><b>1 meV/atom</b><small>RMSE</small></li></ul>'
    """
    items = (f"<li><span>{escape(a)}</span><b>{escape(b)}</b><small>{escape(c)}</small></li>" for a, b, c in numbers)
    return f'<ul class="cards">{"".join(items)}</ul>'


def table(titles, rows, numbers=(), attributes=()):
    """A table; columns without any text are left out.

    Args:
        titles: list of str.
        rows: list of lists of str.
        numbers: indices of the columns that are aligned to the right.
        attributes: HTML attribute of each row, such as 'class="good"'; () for none.

    Example:
        >>> table(["a"], [["<b>"]]).split("tbody")[1]
        '><tr><td>&lt;b&gt;</td></tr></'
    """
    columns = [k for k in range(len(titles)) if any(str(row[k]) for row in rows)]
    align = {k: ' class="number"' if k in numbers else "" for k in columns}
    head = "".join(f"<th{align[k]}>{escape(titles[k])}</th>" for k in columns)
    lines = []
    for row, attribute in zip(rows, attributes or [""] * len(rows), strict=True):
        cells = "".join(f"<td{align[k]}>{escape(str(row[k]))}</td>" for k in columns)
        lines.append(f"<tr {attribute}>{cells}</tr>" if attribute else f"<tr>{cells}</tr>")
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def facts(pairs):
    """A table of names and what they are, without a head.

    Args:
        pairs: list of (str, str).
    """
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in pairs)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def figure(svg, caption):
    """A drawing of `figures.svg` with a text below it."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
