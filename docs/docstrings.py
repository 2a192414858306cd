"""From the docstrings of atomzoo, which are read as plain text, to what Sphinx takes: tables and formulas."""


def to_sphinx(app, what, name, obj, options, lines):
    """For `autodoc-process-docstring`: changes `lines` in place."""
    lines[:] = _with_literal_blocks(_with_tables(lines))


def _with_tables(lines):
    """Tables of Markdown become `list-table`s."""
    found, table = [], []
    for line in [*lines, ""]:
        if line.lstrip().startswith("| "):
            table.append(line)
        elif line.lstrip().startswith("|-"):
            continue
        else:
            if table:
                found += _list_table(table)
                table = []
            found.append(line)
    return found[:-1]


def _list_table(rows):
    lines = ["", ".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
        lines += [f"   {'*' if k == 0 else ' '} - {cell}" for k, cell in enumerate(cells)]
    return [*lines, ""]


def _with_literal_blocks(lines):
    """An indented block after a paragraph is a formula or a file, and is shown as it stands."""
    found, before = [], ""
    for line in lines:
        is_first = line.startswith("    ") and found and not found[-1].strip()
        if is_first and before and not before.startswith((" ", "::", "..")):
            found += ["::", ""]
        if line.strip():
            before = line
        found.append(line)
    return found
