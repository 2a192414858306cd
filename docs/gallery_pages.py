"""The pages of the gallery, made from the results that are recorded beside the reproductions."""

from pathlib import Path

from atomzoo.catalog import reproductions, results_of
from atomzoo.reproductions.contents import TITLES

INDEX = """\
# Gallery

Each page shows the figures and tables of one paper as they were recorded, from the files in `results` beside the
scripts. [All items](contents.md) lists every table, figure and claim with a verdict.

```{{toctree}}
:maxdepth: 2

contents
{papers}
```
"""
FULL_LIST = """\
```{include} ../../reproductions/README.md
```
"""


def write_gallery(folder):
    """Writes an index, the table of contents, and a page for each paper that has results.

    Args:
        folder: `Path` of the folder, which is made; its pages are replaced.
    """
    folder.mkdir(exist_ok=True)
    by_paper = {}
    for entry in reproductions():
        if any(path.name == f"{entry.path.stem}.md" for path in results_of(entry)):
            by_paper.setdefault(entry.name.split("/")[0], []).append(entry)
    for paper, entries in by_paper.items():
        title = f"# {TITLES[paper.replace('-', '_')]}\n"
        about = f"```{{include}} ../papers/{paper}.md\n```\n"
        sections = [_section(entry, folder) for entry in entries]
        (folder / f"{paper}.md").write_text("\n".join([title, about, *sections]), encoding="utf-8")
    (folder / "contents.md").write_text(FULL_LIST, encoding="utf-8")
    (folder / "index.md").write_text(INDEX.format(papers="\n".join(by_paper)), encoding="utf-8")


def _section(entry, folder):
    """Title, figures and text of one script."""
    files = [path for path in results_of(entry) if _owner(path) == entry.path.stem]
    text = next(path for path in files if path.suffix == ".md" and path.stem == entry.path.stem)
    title = text.read_text(encoding="utf-8").splitlines()[0]
    figures = [f"![{path.stem}]({_relative(path, folder)})\n" for path in files if path.suffix == ".png"]
    rest = f"```{{include}} {_relative(text, folder)}\n:start-line: 1\n:heading-offset: 1\n```\n"
    return "\n".join([f"#{title}\n", f"`atomzoo reproduce {entry.name}`\n", *figures, rest])


def _owner(path):
    """Stem of the script whose result a file is: of figure_4 and figure_4_angular the longer one that fits."""
    paper = path.parents[1].name.replace("_", "-")
    stems = [entry.path.stem for entry in reproductions() if entry.name.startswith(f"{paper}/")]
    return max((stem for stem in stems if path.stem.startswith(stem)), key=len)


def _relative(path, folder):
    return Path(*[".."] * 2, path.relative_to(folder.parents[1])).as_posix()
