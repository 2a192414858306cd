"""How a potential is trained where nobody says: chosen from the data."""

from dataclasses import dataclass, field
from pathlib import Path

from atomzoo.datasets.arrays.batch import StructureTable, elements_of
from atomzoo.datasets.arrays.distinct_neighbors import DistinctNeighbors
from atomzoo.datasets.arrays.labels import usable_label
from atomzoo.models.potential.feature_cache import n_cores
from atomzoo.models.training.callbacks import in_words
from atomzoo.models.training.inputs import DERIVATIVE_LIMIT, derivative_bytes

AUTO = "auto"
COPIES = 4  # of the derivatives of features that are in memory at once, at most
SAMPLE = 100  # structures of which neighbors are counted
MOST_WITH_SMALL_NETWORK = 1000  # labels
# Of one core: in an iteration of L-BFGS, for each byte of the derivatives (or, of energies alone, of the features); to
# evaluate derivatives once, for each feature of each pair. Measured on one machine, for silicon and G4; the first line
# of progress says what it takes on this one.
SECONDS_PER_BYTE, SECONDS_PER_SLOPE = 6.5e-10, 3e-7
NAMES = {"lbfgs": "L-BFGS", "adam": "Adam", "rmsprop": "RMSprop"}


@dataclass(frozen=True)
class Recipe:
    """Arguments of `fit`, and what else is chosen.

    Attributes:
        hidden: widths of the hidden layers.
        dtype: of the potential.
        forces, stress, optimizer: see `fit`.
        options: dict of the other arguments of `fit` that are chosen or were given.
        seconds: about what it will take at most, or None where that is not known.
    """

    hidden: tuple[int, ...]
    dtype: str
    forces: str | None
    stress: bool
    optimizer: str
    options: dict = field(default_factory=dict)
    seconds: float | None = None

    def __str__(self):
        at_once, options = self.optimizer == "lbfgs", self.options
        length = f"{options['epochs']} {'iterations' if at_once else 'epochs'}"
        fitted = ["energies"]
        if self.forces:
            kind = "forces" if self.forces == "exact" else "forces along random directions"
            fitted.append(f"{kind} (weight {options['force_weight']:g})")
        if self.stress:
            fitted.append(f"stress (weight {options['stress_weight']:g})")
        name = NAMES.get(self.optimizer, type(self.optimizer).__name__)
        network = f"network {'-'.join(map(str, self.hidden))}"
        takes = "" if self.seconds is None else f", about {in_words(self.seconds)}"
        return f"{name}, {length} at most{takes}; {', '.join(fitted)}; {network}; {self.dtype}"


def choose_recipe(
    structures,
    n_features,
    cutoff,
    trainable=False,
    hidden=None,
    forces=AUTO,
    stress=AUTO,
    optimizer=None,
    dtype=None,
    **given,
):
    """What `train_potential` does where it is not told.

    - Forces and stress are fitted where any structure has them.
    - L-BFGS, which takes all structures at once in float64, where all derivatives of the features fit in memory four
      times and take no more than 4 GB. Else Adam, and forces along random directions; all components if the functions
      are trained.
    - L-BFGS: 1500 iterations, but no more than 300 after the best of the validation structures. Adam: 500 epochs.
    - Forces and stress have the weights 0.2 and 0.1 in the loss, which counts all errors in units of the labels.
    - Two hidden layers of 30, or of 15 where there are fewer than 1000 labels.

    Args:
        structures: list of `ase.Atoms` to train on.
        n_features, cutoff: of the descriptor; A.
        trainable: whether its functions are trained.
        hidden, optimizer, dtype: what was chosen before, or None.
        forces, stress: whether to fit them, the kind of forces, see `fit`, or "auto".
        given: other arguments of `fit` that were.

    Returns:
        `Recipe`.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> train, _ = gold_clusters.load_data(3)
    >>> print(choose_recipe(train, n_features=36, cutoff=6.5))
    L-BFGS, 1500 iterations at most, about ...; energies, forces (weight 0.2); network 30-30; float64
    """
    has_forces, has_stress = (_any_has(structures, name) for name in ("forces", "stress"))
    wants_forces = has_forces if forces == AUTO else bool(forces)
    wants_stress = (has_stress and forces != "projected") if stress == AUTO else stress
    n_atoms, n_neighbors, n_pairs = _sizes(structures, cutoff)
    size = derivative_bytes(n_atoms, n_neighbors, n_features, bool(wants_stress), "float64")
    if optimizer is None:
        fits = not trainable and COPIES * size < min(COPIES * DERIVATIVE_LIMIT, available_memory())
        fits = fits or not (wants_forces or wants_stress)
        optimizer = "lbfgs" if fits else "adam"
        if not fits and forces in (AUTO, True) and not trainable and stress in (AUTO, False):
            forces, wants_stress = "projected", False
    if forces in (AUTO, True, False):
        forces = "exact" if wants_forces else None
    at_once = optimizer == "lbfgs"
    if hidden is None:
        n_labels = len(structures) + (3 * sum(map(len, structures)) if forces else 0)
        hidden = (15, 15) if n_labels < MOST_WITH_SMALL_NETWORK else (30, 30)
    defaults = {"epochs": 1500, "patience": 300} if at_once else {"epochs": 500}
    defaults |= {"force_weight": 0.2, "stress_weight": 0.1, "learning_rate": 3e-3}
    dtype = dtype or ("float64" if at_once else "float32")
    options, seconds = defaults | given, None
    if at_once and not trainable:
        if forces == "exact" or wants_stress:
            seconds = n_pairs * n_features * SECONDS_PER_SLOPE + options["epochs"] * size * SECONDS_PER_BYTE / n_cores()
        else:
            seconds = options["epochs"] * n_atoms * n_features * 8 * SECONDS_PER_BYTE / n_cores()
        seconds = min(seconds, options.get("time_limit", seconds))
    return Recipe(tuple(hidden), dtype, forces, bool(wants_stress), optimizer, options, seconds)


def available_memory():
    """Bytes of memory that are free, as Linux says; 16 GB elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 16e9


def _any_has(structures, name):
    return any(usable_label(k, atoms, name) is not None for k, atoms in enumerate(structures))


def _sizes(structures, cutoff):
    """The number of atoms, and about the largest number of distinct neighbors and the number of all pairs."""
    sample = structures[:: -(-len(structures) // SAMPLE)]
    table = StructureTable(sample, elements_of(sample), cutoff)
    n_atoms = sum(map(len, structures))
    n_pairs = len(table.second) * n_atoms // len(table.species)
    return n_atoms, DistinctNeighbors.of(table).width, n_pairs
