"""Structures of silicon to label, each made from its number: crystals, melts and glasses in turns."""

import numpy as np

from atomzoo.datasets.generate.silicon.crystals import distorted, rattled, symmetric
from atomzoo.datasets.generate.silicon.melts import melt, symmetric_melt
from atomzoo.datasets.generate.silicon.phases import PHASES

CRYSTALS = {"s": ("symmetric", symmetric), "d": ("distorted", distorted), "r": ("rattled", rattled)}
MELTS = {"m": ("melt", melt), "q": ("symmetric melt", symmetric_melt)}
# The kinds of successive structures. Those without symmetry take three to six times as long to label.
CYCLE = 5 * "srsrsrsmsrsrsmsrsrmr" + 27 * "sdqdsdsdqsdqdsqdsdqs"


def structure(index):
    """Make the structure of a number, always the same for the same number.

    Args:
        index: int; successive numbers take turns over kinds and phases, so that any first part of them is balanced.

    Returns:
        Atoms without labels. Its info has `index`, `phase` (a key of `PHASES`, or "liquid" or "amorphous"), `kind`
        and, by kind:

        - "symmetric": a crystal at a random volume, its free parameters displaced, some or all of its symmetry kept
        - "rattled": a supercell of such a crystal, strained, and displaced as at `temperature` (K)
        - "distorted": likewise, but a random part of the symmetry is kept
        - "melt": the end of molecular dynamics at `temperature` (K) and `density` (g/cm^3) by `potential`
        - "symmetric melt": likewise, with four symmetry operations

    Example:
        >>> structure(0).info["kind"], structure(1).info["kind"]
        ('symmetric', 'rattled')
    """
    rng = np.random.default_rng((19, index))
    cycle, place = divmod(index, len(CYCLE))
    letter = CYCLE[place]
    if letter in MELTS:
        kind, make = MELTS[letter]
        atoms = make(rng)
    else:
        kind, make = CRYSTALS[letter]
        before = CYCLE[:place].count(letter) + cycle * CYCLE.count(letter)  # of this kind
        phase = _dealt(list(PHASES), before)
        atoms = make(phase, rng)
        atoms.info["phase"] = phase
    atoms.info |= {"index": index, "kind": kind}
    return atoms


def _dealt(cards, number):
    """The card of a number from a deck that is shuffled anew each time it ends: all come equally often."""
    deck, place = divmod(number, len(cards))
    return cards[np.random.default_rng((19, deck)).permutation(len(cards))[place]]
