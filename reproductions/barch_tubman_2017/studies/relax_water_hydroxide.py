"""H3O2- relaxed by CCSD(T) or PBE0 itself: the minimum, and the symmetric structure between two of them.

    python -m atomzoo.reproductions.barch_tubman_2017.studies.relax_water_hydroxide network.keras --kind saddle \
        --method "ccsd(t)" -o folder

begins at the network's structure with the network's curvatures. The symmetric one turns into itself by half a turn,
which no step of the relaxation changes: of the symmetric structures it is the lowest, and the saddle of the proton
transfer. `relaxed.extxyz` in the folder is the last step; a killed run goes on there. A step takes minutes by CCSD(T)
(analytic gradients, the 1s electrons of oxygen not correlated).
"""

import argparse
import sys

from atomzoo.datasets.engines import PySCF
from atomzoo.datasets.io.output_files import write_structures
from atomzoo.datasets.water_hydroxide import BASIS, CHARGE, METHODS, load_data
from atomzoo.reproductions.barch_tubman_2017._shared.hydroxide import SYMMETRIC, bridge

FMAX = 1e-3  # eV/A


def relaxed(potential, start, folder, engine):
    """The labelled steps from the network's structure below a start to that of an engine.

    Args:
        potential: `NeuralNetworkPotential`.
        start: `ase.Atoms`.
        folder: path, for labels.
        engine: with `label`, as for `refine`; its forces are needed.

    Returns:
        List of `ase.Atoms`, the relaxed one last.

    Raises:
        ValueError: the engine does not arrive.
    """
    from atomzoo import relax
    from atomzoo.models.active_learning.loop_folder import LoopFolder
    from atomzoo.models.active_learning.refinement_steps import relax_by_labels

    begin = relax(start, potential, fmax=1e-5).atoms
    loop = LoopFolder(folder, engine, [begin], {"loop": "relaxation", "engine": engine})
    steps, converged = relax_by_labels(loop.label, potential, begin, FMAX, small_gain=0.0)
    if not converged:
        raise ValueError(f"The relaxation must arrive at forces of {FMAX} eV/A. Received: {len(steps)} steps")
    return steps


def main():
    from atomzoo import load_potential

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", help="of the method, .keras")
    parser.add_argument("--method", choices=METHODS, default="ccsd(t)")
    parser.add_argument("--kind", choices=("minimum", "saddle"), default="minimum")
    parser.add_argument("-o", "--output", required=True, help="folder")
    arguments = parser.parse_args()
    lowest = min(load_data(arguments.method), key=lambda atoms: atoms.get_potential_energy())
    start = SYMMETRIC if arguments.kind == "saddle" else lowest
    try:
        engine = PySCF(f"{arguments.method}/{BASIS}", CHARGE, frozen_core=arguments.method == "ccsd(t)")
        *steps, last = relaxed(load_potential(arguments.network), start, arguments.output, engine)
        last.info = {"method": arguments.method, "kind": arguments.kind}
        write_structures(f"{arguments.output}/relaxed.extxyz", [last])
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")
    print(f"{len(steps)} steps to {last.get_potential_energy():.5f} eV, {bridge(last)}")


if __name__ == "__main__":
    main()
