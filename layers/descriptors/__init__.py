"""Descriptors: from displacement vectors to numbers that describe an atom's surroundings."""
