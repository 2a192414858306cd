"""aenet's ASCII networks, as written by aenet, aenet-PyTorch and their converters: the same fields as text."""

import re

import numpy as np

# Fortran drops the E of an exponent of three digits, and may write D for E.
NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eEdD]([+-]?\d+)|([+-]\d+))?", re.ASCII)
INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
TRUE, FALSE = ("t", "true", ".true."), ("f", "false", ".false.")
LONGEST_LINE = 100_000_000  # bytes; aenet-PyTorch writes all weights in one line


class TextReader:
    """Takes the fields of an aenet file from its lines; numbers may be spread over lines in any way.

    Args:
        file: binary file object.
    """

    def __init__(self, file):
        self.file = file
        self.line_number, self.name, self.kept = 0, None, None

    @property
    def place(self):
        return f"line {self.line_number} ({self.name})"

    def _line(self, name):
        self.name = name
        if self.kept is not None:
            line, self.kept = self.kept, None
            return line
        line = self.file.readline(LONGEST_LINE)
        if not line:
            raise ValueError("the file ends too early. Received: the end")
        self.line_number += 1
        return line.decode("latin-1").rstrip("\r\n")

    def _tokens(self, name, n, convert):
        """The next n words, which must end a line."""
        tokens = []
        while len(tokens) < n:
            tokens += self._line(name).split()
        if len(tokens) > n:
            raise ValueError(f"expected {n} values. Received: {len(tokens)}, the last of them {_cut(tokens[-1])}")
        return [convert(token) for token in tokens]

    def integer(self, name):
        return self._tokens(name, 1, _integer)[0]

    def count(self, name):
        value = self.integer(name)
        if value < 1:
            raise ValueError(f"{name} must be positive. Received: {value}")
        return value

    def integers(self, name, n):
        return np.array(self._tokens(name, n, _integer), dtype=np.int64)

    def number(self, name):
        return self._tokens(name, 1, _number)[0]

    def numbers(self, name, n):
        return np.array(self._tokens(name, n, _number), dtype=np.float64)

    def logical(self, name):
        (word,) = self._tokens(name, 1, str)
        if word.lower() not in TRUE + FALSE:
            raise ValueError(f"{name} must be T or F. Received: {_cut(word)}")
        return word.lower() in TRUE

    def text(self, name, width):
        line = self._line(name)
        while name != "description" and not line.strip():  # only the description may be empty
            line = self._line(name)
        return line[:width].rstrip(" ")

    def words(self, name, n, width):
        return tuple(self._tokens(name, n, str))

    def neighbor_types(self, n_functions, n_neighbor_elements):
        """The neighbors of each function (F, 2), and the number of evaluations.

        aenet-PyTorch writes two numbers for each function, aenet itself as many as there are neighbor elements. Both go
        on to the number of evaluations, the last that is an integer.
        """
        tokens, words = [], []
        while all(INTEGER.fullmatch(word) for word in words):
            tokens += words
            line = self._line("sfenv, neval")
            words = line.split()
        self.kept = line
        values = [_integer(token) for token in tokens]
        if len(values) == 1 + 2 * n_functions:
            return np.array(values[:-1]).reshape(n_functions, 2), values[-1]
        if len(values) != 1 + n_neighbor_elements * n_functions:
            raise ValueError(f"expected {2 * n_functions} neighbor types and neval. Received: {len(values)} integers")
        table = np.array(values[:-1]).reshape(n_functions, n_neighbor_elements)
        return (np.repeat(table, 2, axis=1) if n_neighbor_elements == 1 else table[:, :2]), values[-1]

    def finish(self):
        while line := self.file.readline(LONGEST_LINE):
            self.line_number += 1
            if line.strip():
                raise ValueError(f"nothing may follow. Received: {_cut(line.decode('latin-1').strip())}")


class TextWriter:
    """Writes the fields of an aenet file in the columns of aenet's own formats, which its converters read too."""

    def __init__(self):
        self.lines = []

    def content(self):
        return ("\n".join(self.lines) + "\n").encode("latin-1", errors="replace")

    def _columns(self, texts):
        self.lines += ["".join(texts[k : k + 4]) for k in range(0, len(texts), 4)]

    def integer(self, value):
        self.integers([value])

    def integers(self, values):
        self._columns([f" {value:17d}" for value in np.asarray(values).tolist()])

    def number(self, value):
        self.numbers([value])

    def numbers(self, values):
        self._columns([f" {_fortran(value):>24}" for value in np.asarray(values).tolist()])

    def logical(self, value):
        self.lines.append(" T" if value else " F")

    def text(self, value, width):
        self.lines.append(value[:width])

    def words(self, values, width):
        self.lines += values


def _integer(word):
    if not INTEGER.fullmatch(word):
        raise ValueError(f"expected an integer. Received: {_cut(word)}")
    return int(word)


def _number(word):
    match = NUMBER.fullmatch(word)
    if not match:
        raise ValueError(f"expected a number. Received: {_cut(word)}")
    mantissa, exponent, bare_exponent = match.groups()
    return float(f"{mantissa}e{exponent or bare_exponent or 0}")


def _fortran(value):
    """A number in Fortran's ES24.17, 18 digits: enough for every bit."""
    mantissa, exponent = f"{value:.17E}".split("E")
    return f"{mantissa}{exponent}" if len(exponent) > 3 else f"{mantissa}E{exponent}"


def _cut(text):
    return repr(text[:40] + "..." * (len(text) > 40))
