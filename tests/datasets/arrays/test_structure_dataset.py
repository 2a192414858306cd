import ase
import keras
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.structure_dataset import StructureDataset, to_arrays


def chain(n_atoms, energy, periodic=False, spacing=2.5):
    atoms = ase.Atoms(f"Au{n_atoms}", positions=[[0, 0, spacing * k] for k in range(n_atoms)])
    if periodic:
        atoms.set_cell([6.0, 6.0, spacing * n_atoms])
        atoms.pbc = True
    forces = np.full((n_atoms, 3), energy)
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces, stress=np.full(6, energy))
    return atoms


@pytest.fixture
def mixed():
    """30 structures of 3 to 8 atoms; the energy is the place in the list."""
    return [chain(3 + k % 6, float(k)) for k in range(30)]


def energies(dataset):
    return [y["energy"].tolist() for _, y, _ in dataset]


def test_one_size_in_order():
    structures = [chain(3, float(k)) for k in range(7)]
    dataset = StructureDataset(structures, ["Au"], 3.0, batch_size=3)
    assert energies(dataset) == [[0, 1, 2], [3, 4, 5], [6]]
    assert dataset.n_structures == 7 and len(dataset) == 3 and len(dataset.buckets) == 1
    x, _, _ = dataset[1]
    expected = to_arrays(structures[3:6], ["Au"], 3.0)
    assert all(np.array_equal(x[key], expected[key]) for key in expected)
    assert x["positions"].dtype == np.float64


def test_every_structure_occurs_once_with_its_own_arrays(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, labels=("energy", "forces"), shuffle=True)
    seen = []
    for x, y, weights in dataset:
        for b, energy in enumerate(y["energy"]):
            atoms = mixed[int(energy)]
            n = len(atoms)
            assert (x["species"][b] >= 0).sum() == n
            np.testing.assert_array_equal(x["positions"][b, :n], atoms.positions)
            np.testing.assert_array_equal(y["forces"][b, :n], np.full((n, 3), energy))
            assert not y["forces"][b, n:].any() and not weights["forces"][b, n:].any()
            seen.append(energy)
    assert sorted(seen) == list(range(30))


def test_buckets_cover_all_structures(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0)
    assert sorted(np.concatenate([bucket["indices"] for bucket in dataset.buckets])) == list(range(30))
    for bucket in dataset.buckets:
        np.testing.assert_array_equal(bucket["y"]["energy"], bucket["indices"])


def test_sizes_within_a_quarter_share_a_bucket():
    structures = [chain(n, 0.0) for n in (9, 10, 13, 14, 33)]
    shapes = [bucket["x"]["species"].shape for bucket in StructureDataset(structures, ["Au"], 3.0).buckets]
    assert shapes == [(2, 10), (2, 14), (1, 33)]  # no wider than the largest structure


def test_shuffling_depends_on_seed_and_epoch_only(mixed):
    def epochs(seed):
        dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, shuffle=True, seed=seed)
        result = []
        for _ in range(3):
            result.append(energies(dataset))
            dataset.on_epoch_end()
        return result

    first = epochs(0)
    assert first == epochs(0) and first != epochs(1)
    assert first[0] != first[1] and first[1] != first[2]
    groups = [{tuple(sorted(batch)) for batch in epoch} for epoch in first]
    assert groups[0] != groups[1]  # not the order of the batches alone


def test_shapes_are_the_same_in_every_epoch(mixed):
    dataset = StructureDataset(mixed, ["Au"], 4.0, batch_size=4, shuffle=True, triplets=True)
    shapes = []
    for _ in range(3):
        shapes.append({tuple(value.shape for value in x.values()) for x, _, _ in dataset})
        dataset.on_epoch_end()
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(shapes[0]) <= 2 * len(dataset.buckets)


def test_order_without_shuffling_never_changes(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4)
    before = energies(dataset)
    dataset.on_epoch_end()
    assert energies(dataset) == before


def test_weights_make_errors_per_atom():
    structures = [chain(9, 0.0, periodic=True), chain(10, 0.0)]
    dataset = StructureDataset(structures, ["Au"], 3.0, labels=("energy", "forces", "stress"))
    _, y, weights = dataset[0]
    assert y["stress"].shape == (2, 3, 3) and weights.keys() == y.keys()
    np.testing.assert_allclose(weights["energy"], [1 / 81, 1 / 100])
    np.testing.assert_allclose(weights["forces"], [[10 / 9] * 9 + [0], [1] * 10])
    np.testing.assert_array_equal(weights["stress"], [1, 0])
    # errors 3 and 6 in each component of the forces: the mean over structures of the mean over atoms
    errors = np.full((2, 10, 3), 3.0)
    errors[1] = 6.0
    loss = keras.losses.MeanSquaredError()(y["forces"], y["forces"] + errors, sample_weight=weights["forces"])
    assert float(loss) == pytest.approx((9 + 36) / 2)


def test_triplets_are_those_of_to_arrays():
    structures = [bulk("Si", cubic=True) for _ in range(3)]
    for seed, atoms in enumerate(structures):
        atoms.rattle(0.1, seed=seed)
        atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    dataset = StructureDataset(structures, ["Si"], 4.5, batch_size=2, triplets=True)
    expected = to_arrays(structures, ["Si"], 4.5, triplets=True)["triplets"]
    np.testing.assert_array_equal(np.concatenate([x["triplets"] for x, _, _ in dataset]), expected)
    np.testing.assert_array_equal(dataset.buckets[0]["x"]["triplets"], expected)


def test_map_inputs(mixed):
    shapes = []

    def features(x):
        shapes.append(x["triplets"].shape)
        return {"features": x["positions"].sum(axis=-1, keepdims=True), "species": x["species"]}

    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, shuffle=True, triplets=True)
    mapped = dataset.map_inputs(features)
    assert len(set(shapes)) == len(dataset.buckets)  # one shape, so one compilation, each
    assert energies(mapped) == energies(dataset)
    for (x, _, _), (original, _, _) in zip(mapped, dataset, strict=True):
        assert list(x) == ["features", "species"]
        np.testing.assert_array_equal(x["features"][..., 0], original["positions"].sum(axis=-1))
    mapped.on_epoch_end()
    assert dataset.epoch == 0


def test_errors_name_the_place_in_the_whole_list(mixed):
    mixed[17].calc = None
    with pytest.raises(ValueError, match="structure 17: it has no label 'energy'"):
        StructureDataset(mixed, ["Au"], 3.0)
    mixed[17].symbols[0] = "Ag"
    with pytest.raises(ValueError, match="structure 17: element 'Ag'"):
        StructureDataset(mixed, ["Au"], 3.0)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training is for TensorFlow")
@pytest.mark.parametrize("sizes", [(3,), (3, 4), (3, 4, 5), (3, 4, 8, 5, 12)])
@pytest.mark.parametrize("spacing", [2.5, 0.5])
def test_keras_takes_batches_of_every_shape(sizes, spacing):
    class Sum(keras.Model):
        def build(self, _):
            self.factor = self.add_weight(shape=())

        def call(self, inputs):
            widths = [keras.ops.sum(keras.ops.cast(inputs[key], "float32")) for key in ("neighbors", "triplets")]
            positions = keras.ops.cast(inputs["positions"], "float32")
            return {"energy": self.factor * keras.ops.sum(positions, axis=(1, 2)) + 0 * sum(widths)}

    # some sizes may be denser: then the number of neighbors differs, but is the same in the first and the last size
    structures = [chain(n, 1.0, True, spacing if k % 2 else 2.5) for _ in range(3) for k, n in enumerate(sizes)]
    dataset = StructureDataset(structures, ["Au"], 5.0, batch_size=2, shuffle=True, triplets=True)
    seen = []
    dataset.map_inputs(lambda x: seen.append(x["neighbors"].shape[2]) or x)
    assert len(set(seen)) == (1 if spacing == 2.5 or len(sizes) == 1 else 2 if len(sizes) == 2 else 3)
    model = Sum()
    model.compile(loss={"energy": "mse"}, jit_compile=False)
    history = model.fit(dataset, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert dataset.epoch >= 2  # one more where Keras looks at a batch to build the model
