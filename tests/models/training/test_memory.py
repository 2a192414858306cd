"""Memory that is freed comes again without new pages of the system."""

import platform
import resource
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import numpy as np
from atomzoo.models.training.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
np.ones(500_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    np.ones(500_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc")
def test_arrays_take_no_new_pages():
    def faults(how):
        environment = {"MALLOC_MMAP_THRESHOLD_": "131072"}  # which glibc else raises itself, at the first such array
        command = [sys.executable, "-c", PROGRAM, how]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return int(done.stdout.splitlines()[-1])

    pages = 500_000 * 8 / resource.getpagesize()
    assert faults("keep") < pages / 10
    assert faults("plain") > 40 * pages
