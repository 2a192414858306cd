"""How symmetry functions are chosen from data."""
