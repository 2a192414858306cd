"""The machine in words, as printed with measured times."""

import os
import platform
import re
from pathlib import Path


def machine():
    """The processor and the number of its cores.

    Example:

    >>> from atomzoo.machine import machine
    >>> "cores" in machine()
    True
    """
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE)
        model = found[1] if found else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
