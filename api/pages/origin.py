"""How a page came about: command, time, machine and versions."""

import platform
from datetime import datetime
from importlib.metadata import version

from atomzoo.machine import machine
from atomzoo.pages.page import facts, section
from atomzoo.version import __version__

PACKAGES = ("keras", "tensorflow", "numpy", "scipy", "ase")


def origin(command, seconds, others=()):
    """The last section of a page.

    Args:
        command: the command line, as it was typed.
        seconds: that it took so far.
        others: list of further (name, value).
    """
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return section(
        "How it was made",
        facts(
            [
                ("command", command),
                *others,
                ("time", f"{seconds:.0f} s, until {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"),
                ("machine", machine()),
                ("versions", f"atomzoo {__version__}, Python {platform.python_version()}, {versions}"),
            ]
        ),
    )
