"""Loops that train, sample, label and train again."""
