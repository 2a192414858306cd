"""Potentials: what is, trains, tunes, relaxes, chooses, refines or exchanges one. The public names are in `atomzoo`."""
