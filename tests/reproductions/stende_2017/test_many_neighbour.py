import keras
import numpy as np
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.stende_2017 import lennard_jones, many_neighbour
from atomzoo.reproductions.stende_2017._shared import direct_forces, many_neighbour_output
from atomzoo.reproductions.stende_2017._shared.small_networks import sigmoid_network

SCALES = np.array([0.03, 0.03, 0.03, 0.01])


def test_exact_forces_are_minus_the_gradient():
    d, step = direct_forces.displacements(0, 4), 1e-5
    result = direct_forces.exact(d)
    for axis in range(3):
        moved = step * np.eye(3)[axis]  # of the central atom
        difference = direct_forces.exact(d - moved)[:, 3] - direct_forces.exact(d + moved)[:, 3]
        np.testing.assert_allclose(result[:, axis], -difference / (2 * step), rtol=1e-6)
    r = np.linalg.norm(d, axis=-1)
    assert r.min() > lennard_jones.START and r.max() < lennard_jones.CUTOFF


def test_energy_of_a_network_gives_its_forces():
    network = sigmoid_network(20, (6,), 1, seed=0)
    forces = direct_forces.evaluator(direct_forces.ForceNetwork(network, SCALES))
    d, step = direct_forces.displacements(1, 3), 1e-4
    for axis in range(3):
        moved = step * np.eye(3)[axis]
        difference = forces(d - moved)[:, 3] - forces(d + moved)[:, 3]
        np.testing.assert_allclose(forces(d)[:, axis], -difference / (2 * step), rtol=1e-6)


def test_forces_as_outputs_are_other_than_the_gradient():
    model = direct_forces.ForceNetwork(sigmoid_network(20, (6,), 4, seed=0), SCALES)
    d = direct_forces.displacements(1, 3)
    output, gradient = (direct_forces.evaluator(model, method)(d) for method in ("__call__", "differentiated"))
    np.testing.assert_allclose(output[:, 3], gradient[:, 3])
    assert np.abs(output[:, :3] - gradient[:, :3]).min() > 0


def test_work_of_forces_with_an_energy_is_zero():
    assert np.abs(direct_forces.loop_work(direct_forces.exact, seed=0)).max() < 1e-12


def test_work_of_forces_that_turn():
    def turning(d):
        center = -d.mean(axis=1)  # the position of the central atom, but for a constant
        return np.stack([-center[:, 1], center[:, 0], 0 * center[:, 0], 0 * center[:, 0]], axis=1)

    work = direct_forces.loop_work(turning, seed=0)
    # 2 pi radius^2 cos(angle of the plane's normal with z); the mean square of the cosine is 1/3.
    largest = 2 * np.pi * direct_forces.RADIUS**2
    assert np.abs(work).max() <= largest * (1 + 1e-12)
    assert np.sqrt(np.mean(work**2)) == pytest.approx(largest / 3**0.5, rel=0.15)


def test_total_energy_is_conserved_by_exact_forces_only():
    times, energies = direct_forces.total_energy(direct_forces.exact, steps=500, count=4)
    assert times[-1] == 1.0 and energies.shape == (11, 4)
    assert 0 < np.abs(energies).max() < 1e-5

    def stronger(d):
        return direct_forces.exact(d) * [1.1, 1.1, 1.1, 1.0]

    _, energies = direct_forces.total_energy(stronger, steps=500, count=4)
    assert np.abs(energies).max() > 1e-4


@pytest.fixture(scope="module")
def rows():
    patch = pytest.MonkeyPatch()
    for name, number in {"N_DISTANCES": 400, "N_NEIGHBORS": 200, "N_TEST": 200}.items():
        patch.setattr(many_neighbour, name, number)
    jobs = [{"network": kind, "seed": 0, "iterations": 80, "steps": 250} for kind in many_neighbour.KINDS]
    yield pandas.DataFrame([job | many_neighbour.train(**job) for job in jobs])
    patch.undo()


def test_what_is_measured_tells_the_networks_apart(rows):
    rows = rows.set_index("network")
    assert rows.loc["differentiated", "inconsistency_meV_per_A"] == 0
    assert rows.loc["differentiated", "loop_work_meV"] < 1e-9
    assert rows.loc["forces as outputs", "inconsistency_meV_per_A"] > 1
    assert rows.loc["forces as outputs", "loop_work_meV"] > 1e-3
    assert rows.loc["1 distance, summed", "order_deviation_meV"] < 1e-9
    assert rows.loc["20 distances", "order_deviation_meV"] > 0.1
    trained = rows["train_rmse_energy_meV"] / rows["deviation_energy_meV"]
    assert (trained < 1).all()


def test_table_and_figure(rows):
    text = many_neighbour_output.describe(rows.drop(columns=["curves", "trajectory"]), True, 1.0)
    assert "Quick run" in text and "loop" in text
    cell = f"{rows.set_index('network').loc['forces as outputs', 'loop_work_meV']:.3g}"
    assert f"| work along a closed loop (meV) |  |  | {cell} |" in text
    assert len(many_neighbour_output.draw(rows).axes) == 4
