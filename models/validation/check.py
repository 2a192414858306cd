"""What a check found, and its verdict."""

from dataclasses import dataclass

import numpy as np

GOOD, LOOK, BAD = "good", "look at it", "bad"


@dataclass(frozen=True)
class Curve:
    """What a check calculated, to be drawn.

    Attributes:
        x, y: (n,) values.
        x_label, y_label: what they are, with units.
        x_limit, y_limit: the smallest of the data, drawn as a line; None for none.
        style: "-" for a line, "o" for points.
    """

    x: np.ndarray
    y: np.ndarray
    x_label: str
    y_label: str
    x_limit: float | None = None
    y_limit: float | None = None
    style: str = "-"


@dataclass(frozen=True)
class Check:
    """One check of one thing.

    Attributes:
        name: what was checked, such as "elastic constants".
        subject: of what, such as "Si2".
        found: the result in words, with units.
        rule: what is good, what is to be looked at; the rest is bad.
        verdict: `GOOD`, `LOOK` or `BAD`.
        curve: `Curve`, or None.
    """

    name: str
    subject: str
    found: str
    rule: str
    verdict: str
    curve: Curve | None = None


def graded(value, good, look):
    """The verdict on a value that should be small; that on NaN is bad.

    Args:
        value: the value.
        good, look: the largest that are good and to be looked at.

    Example:
        >>> graded(0.5, 1.0, 2.0), graded(2.0, 1.0, 2.0), graded(float("nan"), 1.0, 2.0)
        ('good', 'look at it', 'bad')
    """
    return GOOD if value <= good else LOOK if value <= look else BAD


def worse(*verdicts):
    """The worst of some verdicts.

    Example:
        >>> worse("good", "bad", "look at it")
        'bad'
    """
    return max(verdicts, key=(GOOD, LOOK, BAD).index)
