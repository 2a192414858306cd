"""H3O2- drawn by molecular dynamics of a network: what `datasets.generate water-hydroxide label` labels next.

    python -m atomzoo.reproductions.barch_tubman_2017.studies.draw_water_hydroxide start300.extxyz start1000.extxyz \
        --number 500 -o drawn.extxyz

trains the network on the energies and forces of the files (drawn.keras), and draws as many structures at each of six
temperatures, 50 fs apart, from trajectories of 0.5 ps that start from the labelled structures. What is more than 2 eV
above the lowest label, by its label or by the network, starts no trajectory and is not drawn; one in which atoms come
closer than in these data, or part (see `molecular_dynamics`), ends there.
"""

import argparse
import sys

import numpy as np

from atomzoo.datasets.io.output_files import write_structures
from atomzoo.datasets.io.reading import read_structures

TEMPERATURES = (100, 200, 300, 500, 700, 1000)  # K
TIME_STEP = 0.5  # fs
STEPS, EVERY = 1000, 100  # of a trajectory, and from one frame to the next
HIGHEST = 2.0  # eV above the lowest label
MOST_FAILURES = 50  # trajectories, one after the other, of which no frame is kept


def draw(potential, structures, number, seed):
    """Structures of trajectories at all temperatures.

    Args:
        potential: `NeuralNetworkPotential`.
        structures: list of labelled `Atoms` to start from.
        number: of structures that are wanted, shared by the temperatures.
        seed: of the first trajectory; those after it have the seeds after it.

    Returns:
        List of `Atoms`, `temperature` (K) in the info of each, in random order.

    Raises:
        ValueError: the network is so bad that no trajectory gives a frame.
    """
    lowest = min(atoms.get_potential_energy() for atoms in structures)
    starts = [atoms for atoms in structures if atoms.get_potential_energy() < lowest + HIGHEST]
    shares, drawn = np.diff(np.linspace(0, number, len(TEMPERATURES) + 1).astype(int)), []
    for place, (temperature, share) in enumerate(zip(TEMPERATURES, shares, strict=True)):
        drawn += _at(temperature, potential, starts, share, seed * 10000 + place * 1000, lowest)
    return [drawn[k] for k in np.random.default_rng(seed).permutation(len(drawn))]


def _at(temperature, potential, starts, number, seed, lowest):
    """So many structures at one temperature."""
    found, failures = [], 0
    while len(found) < number:
        frames = _frames(potential, starts, temperature, seed, lowest)
        found, seed, failures = found + frames, seed + 1, 0 if frames else failures + 1
        if failures == MOST_FAILURES:
            raise ValueError(f"Trajectories at {temperature} K give no frames. Received: {failures} in a row")
    return found[:number]


def _frames(potential, structures, temperature, seed, lowest):
    """The frames of one trajectory, without its beginning and its end, that are low enough."""
    from atomzoo.models.active_learning.criteria import molecular_dynamics

    settings = {"temperature": temperature, "steps": STEPS, "every": EVERY, "time_step": TIME_STEP}
    frames = molecular_dynamics(potential, structures, seed, **settings)[2:-1]
    energies = [result["energy"] for result in potential.evaluate_atoms(frames)] if frames else []
    kept = [atoms for atoms, energy in zip(frames, energies, strict=True) if energy < lowest + HIGHEST]
    for atoms in kept:
        atoms.calc, atoms.info = None, {"temperature": temperature}
        del atoms.arrays["momenta"]
    return kept


def main():
    from atomzoo import train_potential

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="structures with energies and forces")
    parser.add_argument("--number", type=int, required=True, help="of structures to draw")
    parser.add_argument("--seed", type=int, default=0, help="of the network and the trajectories")
    parser.add_argument("-o", "--output", required=True, help="extxyz file; the network's has its name, .keras")
    arguments = parser.parse_args()
    try:
        structures = [atoms for path in arguments.files for atoms in read_structures(path)]
        path = arguments.output.removesuffix(".extxyz")
        options = {"core": "zbl", "seed": arguments.seed, "tell": print}
        potential = train_potential(structures, output=f"{path}.keras", **options).potential
        drawn = draw(potential, structures, arguments.number, arguments.seed)
        write_structures(arguments.output, drawn)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")
    print(f"{len(drawn)} structures")


if __name__ == "__main__":
    main()
