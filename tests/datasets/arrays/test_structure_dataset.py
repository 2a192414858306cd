import ase
import keras
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.batch import find_displacements, to_arrays
from atomzoo.datasets.arrays.distinct_neighbors import DistinctNeighbors
from atomzoo.datasets.arrays.structure_dataset import StructureDataset


def chain(n_atoms, energy, periodic=False, symbol="Au"):
    atoms = ase.Atoms(f"{symbol}{n_atoms}", positions=[[0, 0, 2.5 * k] for k in range(n_atoms)])
    if periodic:
        atoms.set_cell([6.0, 6.0, 2.5 * n_atoms])
        atoms.pbc = True
    energies = energy + np.arange(n_atoms) / 100
    forces = np.outer(energies, [1.0, 2.0, 3.0])
    results = {"energy": energy, "energies": energies, "forces": forces, "stress": np.full(6, energy)}
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


@pytest.fixture
def mixed():
    """30 structures of 3 to 8 atoms; the energy is the place in the list."""
    return [chain(3 + k % 6, float(k)) for k in range(30)]


def places(dataset):
    """The place in the list of the structures of each batch, told by their energies."""
    return [y["energy"][w["energy"] > 0].astype(int).tolist() for _, y, w in dataset]


def shapes(x):
    return {key: np.shape(value) for key, value in x.items() if key != "rows"} | {"rows": [len(r) for r in x["rows"]]}


def test_one_size_in_order():
    structures = [chain(3, float(k)) for k in range(6)]
    dataset = StructureDataset(structures, ["Au"], 3.0, batch_size=3, labels=("energy",))
    assert places(dataset) == [[0, 1, 2], [3, 4, 5]]
    assert dataset.n_structures == 6 and len(dataset) == 2
    x, _, _ = dataset[1]
    expected = to_arrays(structures[3:6], ["Au"], 3.0)
    assert x.keys() == expected.keys()
    assert all(np.array_equal(x[key], expected[key]) for key in expected)
    assert x["positions"].dtype == np.float64


def test_one_batch_of_all(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=None, labels=("energy",))
    assert places(dataset) == [list(range(30))] and (dataset[0][0]["species"] == 0).all()


@pytest.mark.parametrize("shuffle", [False, True])
def test_every_structure_occurs_once_with_its_own_arrays(mixed, shuffle):
    names = ("energy", "energy_per_atom", "forces", "energies")
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, labels=names, shuffle=shuffle)
    seen = []
    for x, y, weights in dataset:
        n_structures = len(y["energy"])
        for b in np.flatnonzero(weights["energy"]):
            atoms = mixed[int(y["energy"][b])]
            own = x["structure"] == b
            np.testing.assert_array_equal(x["positions"][own], atoms.positions)
            np.testing.assert_array_equal(y["forces"][own], atoms.get_forces())
            np.testing.assert_array_equal(y["energies"][own], atoms.calc.results["energies"])
            assert y["energy_per_atom"][b] == pytest.approx(atoms.get_potential_energy() / len(atoms))
            assert x["n_atoms"][b] == len(atoms)
            seen.append(int(y["energy"][b]))
        empty = x["structure"] == n_structures
        np.testing.assert_array_equal(empty, x["species"] == -1)
        assert not weights["forces"][empty].any() and not weights["energies"][empty].any()
        distances = np.linalg.norm(find_displacements(x), axis=-1)
        np.testing.assert_allclose(distances[x["neighbors"] >= 0], 2.5)  # of a chain
        assert (x["neighbors"][empty] < 0).all()
    assert sorted(seen) == list(range(30))


@pytest.mark.parametrize("shuffle", [False, True])
def test_all_batches_have_one_shape_in_every_epoch(mixed, shuffle):
    dataset = StructureDataset(mixed, ["Au"], 4.0, batch_size=4, shuffle=shuffle, triplets=True)
    first = shapes(dataset[0][0])
    assert first["n_atoms"] == (4,) and "triplets" in first
    for _ in range(3):
        assert all(shapes(x) == first for x, _, _ in dataset)
        dataset.on_epoch_end()


def test_shuffling_depends_on_seed_and_epoch_only(mixed):
    def epochs(seed):
        dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, labels=("energy",), shuffle=True, seed=seed)
        result = []
        for _ in range(3):
            result.append(places(dataset))
            dataset.on_epoch_end()
        return result

    first = epochs(0)
    np.random.seed(5)  # not on the global state
    assert first == epochs(0) and first != epochs(1)
    groups = [{tuple(sorted(batch)) for batch in epoch} for epoch in first]
    assert groups[0] != groups[1] and groups[1] != groups[2]  # not the order of the batches alone


def test_shuffled_batches_are_stratified_by_composition():
    """Each of 5 batches holds its fifth of every composition, so that no row stays empty."""
    structures = [chain(3, 0.0), chain(3, 0.0, symbol="Ag"), chain(8, 0.0)] * 10
    dataset = StructureDataset(structures, ["Ag", "Au"], 3.0, batch_size=6, shuffle=True)
    for _ in range(2):
        for x, _, _ in dataset:
            assert np.bincount(x["species"], minlength=2).tolist() == [2 * 3, 2 * 3 + 2 * 8]
            assert sorted(x["n_atoms"]) == [3, 3, 3, 3, 8, 8]
        dataset.on_epoch_end()
    unsorted = StructureDataset(sorted(structures, key=len), ["Ag", "Au"], 3.0, batch_size=6)
    assert (unsorted[0][0]["species"] < 0).any()


def test_order_without_shuffling_never_changes(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, labels=("energy",))
    before = places(dataset)
    assert sum(before, []) == list(range(30))
    dataset.on_epoch_end()
    assert places(dataset) == before


@pytest.mark.parametrize("n_empty", [0, 1, 3])
def test_weights_make_errors_those_of_structures(n_empty):
    """Keras' mean squared error is the mean over structures, whatever their sizes and the empty rows."""
    sizes = (9, 10, 2)
    structures = [chain(n, float(k), periodic=k == 0) for k, n in enumerate(sizes)]
    names = ("energy", "energy_per_atom", "energies", "forces", "stress")
    # What is asked is the last of four batches; those before make it wide.
    large = [chain(10, 0.0) for _ in range(3 * (3 + n_empty))]
    dataset = StructureDataset(large + structures, ["Au"], 3.0, batch_size=3 + n_empty, labels=names)
    x, y, weights = dataset[3]
    assert y.keys() == set(names) == weights.keys() and len(y["energy"]) == 3 + n_empty
    assert y["stress"].shape == (3 + n_empty, 9)
    error = np.append([3.0, 6.0, 5.0], n_empty * [1e6] + [1e6])  # of each structure; of empty rows
    expected = {name: (9 + 36 + 25) / 3 for name in names} | {"stress": 9.0}
    expected["stress"] *= dataset.n_structures / 3  # one of all has it: it counts for all, in one batch of four
    for name in names:
        of_rows = error[x["structure"]] if name in ("energies", "forces") else error[:-1]
        wrong = y[name] + of_rows.reshape(-1, *[1] * (y[name].ndim - 1))
        # an axis for Keras to average over, as `forces` and `stress` have one
        truth, wrong = (value[:, None] if value.ndim == 1 else value for value in (y[name], wrong))
        loss = keras.losses.MeanSquaredError(dtype="float64")(truth, wrong, sample_weight=weights[name])
        assert float(loss) == pytest.approx(expected[name], rel=1e-12), name


def test_triplets_are_those_of_to_arrays():
    structures = [bulk("Si", cubic=True) for _ in range(3)]
    for seed, atoms in enumerate(structures):
        atoms.rattle(0.1, seed=seed)
        atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    dataset = StructureDataset(structures, ["Si"], 4.5, batch_size=2, triplets=True)
    expected = to_arrays(structures, ["Si"], 4.5, triplets=True)["triplets"]
    np.testing.assert_array_equal(np.concatenate([x["triplets"] for x, _, _ in dataset])[:24], expected)
    assert (dataset[1][0]["triplets"][8:] == -1).all()


def test_cached_inputs_follow_their_atoms(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, labels=("energy",), shuffle=True)
    rows = np.concatenate([[[k, 1.0]] * len(atoms) for k, atoms in enumerate(mixed)])
    cached = dataset.cached(features=rows)
    cached.on_epoch_end()
    for x, y, _ in cached:
        n_structures = len(y["energy"])
        of_rows = np.append(y["energy"], 0.0)[x["structure"]]
        np.testing.assert_array_equal(x["features"], np.stack([of_rows, x["structure"] < n_structures], axis=1))
    geometry = {"positions", "neighbors", "shifts"}
    assert cached[0][0].keys() == dataset[0][0].keys() - geometry | {"features"}
    both = cached.cached(DistinctNeighbors.of(dataset.table), more=rows[:, :1])[0][0]
    assert both.keys() == dataset[0][0].keys() - geometry | {"features", "more", "neighbors"}
    assert dataset.epoch == 0 and "features" not in dataset[0][0]


def test_other_labels_follow_their_structures(mixed):
    dataset = StructureDataset(mixed, ["Au"], 3.0, batch_size=4, labels=("energy",), shuffle=True)
    other = dataset.with_label("projected_forces", np.outer(np.arange(30.0), [1.0, -1.0]), np.ones(30))
    for _, y, weights in other:
        np.testing.assert_array_equal(y["projected_forces"], np.outer(y["energy"], [1, -1]))
        np.testing.assert_array_equal(weights["projected_forces"], weights["energy"])
    assert list(dataset[0][1]) == ["energy"]


def test_errors_name_the_place_in_the_whole_list(mixed):
    mixed[17].calc = None
    with pytest.raises(ValueError, match="structure 17: it has no label 'energy_per_atom'"):
        StructureDataset(mixed, ["Au"], 3.0)
    mixed[17].symbols[0] = "Ag"
    with pytest.raises(ValueError, match="structure 17: element 'Ag'"):
        StructureDataset(mixed, ["Au"], 3.0)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training is for TensorFlow")
def test_keras_compiles_once_for_batches_of_all_sizes(mixed):
    traces = []

    class Sum(keras.Model):
        def build(self, _):
            self.factor = self.add_weight(shape=())

        def call(self, inputs):
            traces.append(inputs["positions"].shape)
            sums = keras.ops.segment_sum(inputs["positions"], inputs["structure"], 5)[:-1]
            return {"energy": self.factor * keras.ops.cast(keras.ops.sum(sums, axis=1, keepdims=True), "float32")}

    dataset = StructureDataset(mixed, ["Au"], 5.0, batch_size=4, labels=("energy",), shuffle=True, triplets=True)
    model = Sum()
    model.compile(loss={"energy": "mse"}, jit_compile=False)
    history = model.fit(dataset, epochs=2, shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all() and dataset.epoch >= 2
    assert len(set(traces)) == 1
