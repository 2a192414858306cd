"""Potentials that come with atomzoo, by name: `presets.json` says what they are, a card each how they were made."""

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent
WEIGHTS = FOLDER / "weights"
PRESETS = json.loads((FOLDER / "presets.json").read_text(encoding="utf-8"))


def preset_file(name):
    """The `.keras` file (`Path`) of a potential; its card, a Markdown file of that name, lies beside it.

    Args:
        name: str, a key of `PRESETS`.

    Raises:
        ValueError: no such potential, and which there are; or a file that is not the one that was published.

    Example:
        >>> preset_file("tio2-bulk").name
        'tio2_bulk.keras'
    """
    if name not in PRESETS:
        names = ", ".join(PRESETS)
        raise ValueError(f"There is no such file, folder or potential; potentials: {names}. Received: {name!r}")
    path = WEIGHTS / f"{name.replace('-', '_')}.keras"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != PRESETS[name]["sha256"]:
        raise ValueError(f"'{path}' is not the potential that was published. Received: SHA-256 {found[:12]}...")
    return path
