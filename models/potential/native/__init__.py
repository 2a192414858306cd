"""Energies and forces by C++: a potential written as text, read by a library that is compiled at its first use."""
