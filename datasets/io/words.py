"""Words and numbers of text files, and what errors say of them."""

import re
from contextlib import contextmanager
from pathlib import Path

from ase.data import atomic_numbers

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?", re.ASCII)
INTEGER = re.compile(r"\d{1,9}", re.ASCII)


def read_rows(path, comments="#"):
    """Yields the number (from 1) and the words of each line that is not empty, without its comment."""
    lines = Path(path).read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, start=1):
        words = re.split(f"[{comments}]", line, maxsplit=1)[0].split()
        if words:
            yield number, words


def to_number(word):
    """A finite number; Fortran's D is an E."""
    value = float(re.sub("[dD]", "e", word)) if NUMBER.fullmatch(word) else float("nan")
    if not abs(value) < float("inf"):
        raise ValueError(f"expected a finite number. Received: {shortened(word)}")
    return value


def to_integer(word):
    """A whole number from 0 to 999999999."""
    if not INTEGER.fullmatch(word):
        raise ValueError(f"expected a whole number. Received: {shortened(word)}")
    return int(word)


def to_element(word, known=atomic_numbers):
    """A chemical symbol, one of `known`."""
    if word not in known or not atomic_numbers.get(word):
        what = "a chemical element" if known is atomic_numbers else f"one of the elements {' '.join(known)}"
        raise ValueError(f"expected {what}. Received: {shortened(word)}")
    return word


def shortened(text):
    """A piece of a file for a message: one line, not too long."""
    return repr(cut(text, 60))


def cut(text, length=300):
    """The beginning of a long text, such as a message with a damaged line in it."""
    return text if len(text) <= length else f"{text[:length]}..."


def to_text(value, unit=1.0):
    """The shortest decimal number that, times `unit`, is `value` to the last bit; else all digits of value / unit."""
    value = float(value)  # the repr of NumPy's is np.float64(...)
    for digits in range(1, 18):
        text = f"{value / unit:.{digits}g}"
        if float(text) * unit == value:
            return text
    return repr(value / unit)


@contextmanager
def named(place, separator=": "):
    """Names the place in front of errors."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{place}{separator}{error}") from None
