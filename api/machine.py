"""The machine in words, as printed with measured times."""

import os
import platform
import re
from pathlib import Path

VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2"}  # the widest first: they make a difference of 2


def machine():
    """The processor, its vector instructions where they are known, and the number of its cores.

    Example:

    >>> from atomzoo.machine import machine
    >>> "cores" in machine()
    True
    """
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        text = cpuinfo.read_text()
        found = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
        model = found[1] if found else model
        flags = re.search(r"^flags\s*: (.*)$", text, re.MULTILINE)
        vectors = [name for flag, name in VECTORS.items() if flags and flag in flags[1].split()]
        model += f" ({vectors[0]})" if vectors else ""
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
