"""How the C library handles memory while potentials are trained."""

import ctypes
import platform

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of glibc's malloc.h
LARGEST_KEPT = 32 << 20  # bytes; glibc takes no more
KEPT = {M_MMAP_THRESHOLD: LARGEST_KEPT, M_TRIM_THRESHOLD: 1 << 30, M_TOP_PAD: 64 << 20}


def keep_freed_memory():
    """Has this process keep the memory of arrays of up to 32 MB that are freed, up to 1 GB, from now on.

    A training step frees arrays of the very sizes that the next one needs. By default glibc gives those above 128 kB
    back to the system, which has to map and clear new pages each time: with batches of a megabyte that takes about as
    long as the step itself. Without glibc nothing is done.

    Example:

    >>> keep_freed_memory()
    """
    if platform.libc_ver()[0] == "glibc":
        for option, value in KEPT.items():
            ctypes.CDLL(None).mallopt(option, value)
