"""Potentials that come with atomzoo, by name."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent
WEIGHTS = FOLDER / "weights"
PUBLISHED = json.loads((FOLDER / "published.json").read_text(encoding="utf-8"))


def published_file(name):
    """The `.keras` file (`Path`) of a published potential; its card, a Markdown file, lies beside it.

    Args:
        name: str, a key of `PUBLISHED`.

    Raises:
        ValueError: no such potential, and which there are.

    Example:
        >>> published_file("tio2-bulk").name
        'tio2_bulk.keras'
    """
    if name not in PUBLISHED:
        names = ", ".join(PUBLISHED)
        raise ValueError(f"There is no such file, folder or potential; potentials: {names}. Received: {name!r}")
    return WEIGHTS / PUBLISHED[name]["file"]
