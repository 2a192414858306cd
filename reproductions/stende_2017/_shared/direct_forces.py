"""Networks of the displacements to five neighbors, and what shows whether their forces belong to their energy."""

import keras
import numpy as np
from keras import ops

from atomzoo.models.potential.gradients import compiled, value_and_gradient
from atomzoo.reproductions.stende_2017.lennard_jones import CUTOFF, START, energy, slope

ARGON_MASS = 39.948  # u
ACCELERATION = 9.64853e-3  # A/fs^2 of 1 eV/A on 1 u
RADIUS = 0.3  # A; of the loops
CAGE = 4.0  # A; distance of the neighbors, a little more than that of the lowest pair energy, 3.82 A


@keras.saving.register_keras_serializable(package="atomzoo")
class ForceNetwork(keras.Model):
    """From displacements (N, 5, 3) in A to (Fx, Fy, Fz, E) of the central atom, (N, 4), in units of `scales`.

    Args:
        network: `keras.Sequential` of the inputs (x, y, z, r) of all neighbors, scaled to order one, with 4 outputs, or
            with one: the energy, whose derivatives the forces then are.
        scales: Array (4,), eV/A three times and eV.
    """

    def __init__(self, network, scales, **kwargs):
        super().__init__(**{"dtype": "float64", "autocast": False, **kwargs})
        self.network, self.scales = network, np.asarray(scales)

    def call(self, displacements):
        if self.network.output_shape[-1] == 4:
            return self.network(_inputs(displacements))
        return self.differentiated(displacements)

    def differentiated(self, displacements):
        """The energy, and minus its gradient with respect to the central atom's position, in the same form."""
        energies, gradient = value_and_gradient(lambda d: self.network(_inputs(d))[:, -1], displacements)
        # Displacements point away from the central atom: moving it changes all of them by the opposite.
        forces = ops.sum(gradient, axis=1) * (self.scales[3] / self.scales[0])
        return ops.concatenate([forces, energies[:, None]], axis=-1)


def _inputs(displacements):
    r = ops.sqrt(ops.sum(displacements**2, axis=-1, keepdims=True))
    middle, half = (CUTOFF + START) / 2, (CUTOFF - START) / 2
    parts = ops.concatenate([displacements / CUTOFF, (r - middle) / half], axis=-1)
    return ops.reshape(parts, (-1, 4 * displacements.shape[1]))


def displacements(seed, count):
    """Displacements (count, 5, 3) in A to neighbors in random directions, at distances drawn uniformly."""
    generator = np.random.default_rng(seed)
    directions = generator.normal(size=(count, 5, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    return directions * generator.uniform(START, CUTOFF, (count, 5, 1))


def exact(d):
    """(Fx, Fy, Fz, E) of the central atom, (N, 4) in eV/A and eV, of Lennard-Jones pairs."""
    r = np.linalg.norm(d, axis=-1)
    forces = np.sum(slope(r)[..., None] * d / r[..., None], axis=1)
    return np.concatenate([forces, energy(r).sum(axis=1)[:, None]], axis=1)


def evaluator(model, method="__call__"):
    """A function of displacements that gives (Fx, Fy, Fz, E) in eV/A and eV."""
    run = compiled(getattr(model, method), model)
    return lambda d: np.asarray(run(d)) * model.scales


def loop_work(forces, seed, count=200, points=256):
    """Work (count,) in eV along circles of the central atom, of random planes, in random surroundings.

    Args:
        forces: Function of displacements, see `evaluator`.
        seed: Int.
        count: Number of circles.
        points: Number of points on each. The sum over a period converges exponentially with it.
    """
    generator = np.random.default_rng(seed)
    d = displacements(seed + 1, 20 * count)
    r = np.linalg.norm(d, axis=-1)
    # On the circle, too, all distances must be those of the training data.
    d = d[((r > START + RADIUS) & (r < CUTOFF - RADIUS)).all(axis=1)][:count]
    planes = np.linalg.qr(generator.normal(size=(len(d), 3, 2)))[0]
    angles = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    positions = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=-1) @ planes.swapaxes(1, 2)
    steps = RADIUS * np.stack([-np.sin(angles), np.cos(angles)], axis=-1) @ planes.swapaxes(1, 2) * 2 * np.pi / points
    moved = d[:, None] - positions[:, :, None]
    values = forces(moved.reshape(-1, 5, 3))[:, :3].reshape(steps.shape)
    return np.sum(values * steps, axis=(1, 2))


def total_energy(forces, steps, time_step=2.0, temperature=60.0, count=16, every=50):
    """Kinetic and potential energy, in eV, of an argon atom among five others that are held fixed.

    Velocity Verlet from the middle of a trigonal bipyramid, with velocities of random directions.

    Args:
        forces: Function of displacements, see `evaluator`; its energy is counted, too.
        steps: Number of steps.
        time_step: fs.
        temperature: K; the kinetic energy at the start is 3/2 k T.
        count: Number of trajectories.
        every: Steps between records.

    Returns:
        Times (T,) in ps, and energies (T, count) in eV, counted from those at the start.
    """
    cage = CAGE * np.array([[0, 0, 1], [0, 0, -1], [1, 0, 0], [-0.5, 0.75**0.5, 0], [-0.5, -(0.75**0.5), 0]])
    velocities = np.random.default_rng(0).normal(size=(count, 3))
    kinetic = 1.5 * 8.617333e-5 * temperature
    factor = ACCELERATION / ARGON_MASS
    velocities *= np.sqrt(2 * kinetic * factor) / np.linalg.norm(velocities, axis=1, keepdims=True)
    positions = np.zeros((count, 3))
    values, times, energies = forces(cage - positions[:, None]), [], []
    for step in range(steps + 1):
        if step % every == 0:
            times.append(step * time_step / 1000)
            energies.append(values[:, 3] + 0.5 / factor * np.sum(velocities**2, axis=1))
        velocities += 0.5 * time_step * factor * values[:, :3]
        positions += time_step * velocities
        values = forces(cage - positions[:, None])
        velocities += 0.5 * time_step * factor * values[:, :3]
    return np.array(times), np.array(energies) - energies[0]
