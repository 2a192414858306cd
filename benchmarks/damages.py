"""Damages of files: other bytes, cuts, pieces that are put in, lines and words in the place of others."""

WORDS = ["999999999", "-1", "0", "2", "1e308", "1e999", "nan", "inf", "1_0", "0x10", "9" * 5000, "\u0663", "1d5", ""]
WORDS += ["#", "=", '"', "{", "[1,", "T", "Au", "end"]
COUNTS = [b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\7\0\0\0"]  # as binary files hold them
PIECES = [*(word.encode() for word in WORDS), b"\0", b"\n", *COUNTS]


def mutated(data, rng):
    """The bytes with one to three damages."""
    for _ in range(rng.integers(1, 4)):
        damage = (_bytes, _cut, _piece, _lines, _word, _word)[rng.integers(6)]
        data = damage(data, rng) if data else data
    return data


def _bytes(data, rng):
    """A few bytes are others."""
    data = bytearray(data)
    for place in rng.integers(len(data), size=rng.integers(1, 4)):
        data[place] = rng.integers(256)
    return bytes(data)


def _cut(data, rng):
    """The end, or a part of it, is gone."""
    place = rng.integers(len(data))
    return data[:place] if rng.random() < 0.5 else data[:place] + data[place + rng.choice([1, 4, 8, 100]) :]


def _piece(data, rng):
    """Something is put in, or over what was there; near the beginning, where binary files have their counts, often."""
    place, piece = rng.integers(len(data) if rng.random() < 0.5 else min(len(data), 80)), _one_of(PIECES, rng)
    return data[:place] + piece + data[place + (len(piece) if rng.random() < 0.5 else 0) :]


def _lines(data, rng):
    """A line is gone, doubled, or in the place of another."""
    lines = data.split(b"\n")
    k, other = rng.integers(len(lines), size=2)
    replaced = ([], [lines[k], lines[other]], [lines[other]])[rng.integers(3)]
    return b"\n".join(lines[:k] + replaced + lines[k + 1 :])


def _word(data, rng):
    """A word is another."""
    lines = data.split(b"\n")
    k = rng.integers(len(lines))
    words = lines[k].split(b" ")
    words[rng.integers(len(words))] = _one_of(WORDS, rng).encode()
    return b"\n".join(lines[:k] + [b" ".join(words)] + lines[k + 1 :])


def _one_of(sequence, rng):
    return sequence[rng.integers(len(sequence))]
