"""Structures in batches of many atoms, for work that shows its progress."""

N_ATOMS = 4096  # as many as `AtomwiseEvaluator` takes at a time


def batches(structures, n_atoms=N_ATOMS):
    """Cuts a list of structures into lists of some `n_atoms` atoms, or of one larger structure.

    Example:
        >>> from ase.build import molecule
        >>> [len(batch) for batch in batches([molecule("H2O")] * 5, n_atoms=6)]
        [2, 2, 1]
    """
    batch, size = [], 0
    for atoms in structures:
        if batch and size + len(atoms) > n_atoms:
            yield batch
            batch, size = [], 0
        batch.append(atoms)
        size += len(atoms)
    if batch:
        yield batch
