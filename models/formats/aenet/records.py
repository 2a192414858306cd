"""Fortran's sequential unformatted files: records between two copies of their length, in the machine's byte order."""

import os
import struct

import numpy as np

MARKER = 4  # bytes


def is_binary(file):
    """Whether an open file begins as an aenet network does, with a record of one integer; either byte order."""
    start = file.read(MARKER)
    file.seek(0)
    return start in (b"\x04\0\0\0", b"\0\0\0\x04")


class RecordReader:
    """Takes the fields of an aenet file from its records, one record a field.

    No memory is taken for a record before its length is what the field needs, and within the file.

    Args:
        file: binary file object.
    """

    def __init__(self, file):
        self.file = file
        self.size = os.fstat(file.fileno()).st_size
        self.number_of_records, self.name = 0, None

    @property
    def place(self):
        return f"record {self.number_of_records} ({self.name})"

    def _record(self, name, size):
        self.number_of_records += 1
        self.name = name
        length = self._marker()
        if length != size:
            swapped = int.from_bytes(length.to_bytes(MARKER, "little", signed=True), "big")
            hint = " (written on a machine of the other byte order)" if swapped == size else ""
            raise ValueError(f"the record must have {size} bytes{hint}. Received: {length}")
        if self.file.tell() + size + MARKER > self.size:
            raise ValueError(f"the file ends within a record of {size} bytes. Received: a file of {self.size} bytes")
        content = self.file.read(size)
        if (end := self._marker()) != length:
            raise ValueError(f"the lengths before and after a record must agree. Received: {length} and {end}")
        return content

    def _marker(self):
        marker = self.file.read(MARKER)
        if len(marker) < MARKER:
            raise ValueError(f"the file ends too early. Received: a file of {self.size} bytes")
        return struct.unpack("=i", marker)[0]

    def integer(self, name):
        return int(self.integers(name, 1)[0])

    def count(self, name):
        value = self.integer(name)
        if value < 1:
            raise ValueError(f"{name} must be positive. Received: {value}")
        return value

    def integers(self, name, n):
        return np.frombuffer(self._record(name, 4 * n), dtype=np.int32).astype(np.int64)

    def number(self, name):
        return float(self.numbers(name, 1)[0])

    def numbers(self, name, n):
        return np.frombuffer(self._record(name, 8 * n), dtype=np.float64)

    def logical(self, name):
        return bool(self.integer(name))

    def text(self, name, width):
        return self._record(name, width).decode("latin-1").rstrip(" ")

    def words(self, name, n, width):
        content = self._record(name, n * width).decode("latin-1")
        return tuple(content[k : k + width].strip() for k in range(0, n * width, width))

    def neighbor_types(self, n_functions, n_neighbor_elements):
        """The neighbors of each function (F, 2), and the number of evaluations."""
        return self.integers("sfenv", 2 * n_functions).reshape(n_functions, 2), self.integer("neval")

    def finish(self):
        if self.file.tell() != self.size:
            raise ValueError(f"nothing may follow. Received: {self.size - self.file.tell()} more bytes")


class RecordWriter:
    """Puts the fields of an aenet file into records."""

    def __init__(self):
        self.parts = []

    def content(self):
        return b"".join(self.parts)

    def _record(self, content):
        marker = struct.pack("=i", len(content))
        self.parts += [marker, content, marker]

    def integer(self, value):
        self.integers([value])

    def integers(self, values):
        self._record(np.asarray(values, dtype=np.int32).tobytes())

    def number(self, value):
        self.numbers([value])

    def numbers(self, values):
        self._record(np.asarray(values, dtype=np.float64).tobytes())

    def logical(self, value):
        self.integer(int(value))

    def text(self, value, width):
        self._record(_padded(value, width))

    def words(self, values, width):
        self._record(b"".join(_padded(value, width) for value in values))


def _padded(text, width):
    """Latin-1 bytes, filled with blanks, or cut as Fortran does."""
    return text.encode("latin-1", errors="replace")[:width].ljust(width)
