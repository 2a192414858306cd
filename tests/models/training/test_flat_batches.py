import keras
import numpy as np
import pytest

from atomzoo.models.training.flat_batches import FlatBatches, FlatNetwork
from atomzoo.models.zoo.bpnn import bpnn, build_subnets

ELEMENTS = ["Ti", "O"]


def data(n_structures=23, seed=0):
    """Structures of 2 to 4 Ti and 0 to 5 O, the atoms of both mixed; as arguments of `FlatBatches`."""
    rng = np.random.default_rng(seed)
    species = [
        rng.permutation(np.repeat([0, 1], [rng.integers(2, 5), rng.integers(0, 6)])) for _ in range(n_structures)
    ]
    counts = np.array([len(found) for found in species])
    features = rng.normal(size=(counts.sum(), 3))
    # so that every atom, batch and epoch can be told from its first feature
    features[:, 0] = np.arange(counts.sum())
    energies = rng.normal(size=n_structures)
    return {"features": features, "species": np.concatenate(species), "counts": counts, "energies": energies}


def batches(dataset):
    return [dataset[k] for k in range(len(dataset))]


def test_all_batches_have_one_shape_in_every_epoch():
    dataset = FlatBatches(**data(), elements=ELEMENTS, batch_size=5, seed=0)
    shapes = set()
    for _ in range(5):
        for x, y, weight in batches(dataset):
            shapes.add(tuple((name, value.shape) for name, value in x.items()) + (y.shape, weight.shape))
        dataset.on_epoch_end()
    assert len(shapes) == 1 and len(dataset) == 5


def test_an_epoch_has_every_atom_once_beside_its_structure():
    arguments = data()
    structure = np.repeat(np.arange(len(arguments["counts"])), arguments["counts"])
    dataset = FlatBatches(**arguments, elements=ELEMENTS, batch_size=5, seed=0)
    for _ in range(2):
        seen, n_structures = [], 0
        for x, y, weight in batches(dataset):
            n_structures += int(weight.sum())
            for index, element in enumerate(ELEMENTS):
                real = x[f"{element}_structure"] < len(y)
                assert (x[element][~real] == 0).all()
                atoms = x[element][real, 0].astype(int)
                seen += atoms.tolist()
                assert (arguments["species"][atoms] == index).all()
                places = x[f"{element}_structure"][real]
                energies = arguments["energies"][structure[atoms]].astype("float32")
                np.testing.assert_array_equal(y[places, 0], energies)
                np.testing.assert_array_equal(x["n_atoms"][places], arguments["counts"][structure[atoms]])
        assert sorted(seen) == list(range(len(structure))) and n_structures == len(arguments["counts"])
        dataset.on_epoch_end()


def test_padding_is_small_where_structures_are_many():
    arguments = data(n_structures=500)
    dataset = FlatBatches(**arguments, elements=ELEMENTS, batch_size=25, seed=0)
    assert len(dataset) * sum(dataset.widths) < 1.06 * len(arguments["species"])


def test_epochs_differ_unless_there_is_no_seed():
    for seed, differ in ((0, True), (None, False)):
        dataset = FlatBatches(**data(), elements=ELEMENTS, batch_size=5, seed=seed)
        before = [y.tolist() for _, y, _ in batches(dataset)]
        dataset.on_epoch_end()
        assert (before != [y.tolist() for _, y, _ in batches(dataset)]) == differ


def test_energies_are_those_of_the_padded_network():
    arguments = data()
    subnets = build_subnets(ELEMENTS, (4, 3), "tanh", seed=5)
    network = FlatNetwork(subnets, n_features=3, scale=0.7)
    padded = bpnn(ELEMENTS, 3, hidden=(4, 3), activation="tanh", seed=5)
    stops = np.cumsum(arguments["counts"])
    for x, y, _ in batches(FlatBatches(**arguments, elements=ELEMENTS, batch_size=5)):
        energies = np.asarray(network(x))
        for place, energy in enumerate(y[:, 0]):
            (chosen,) = np.flatnonzero(arguments["energies"].astype("float32") == energy).tolist() or [None]
            if chosen is None:  # an empty place
                continue
            atoms = slice(stops[chosen] - arguments["counts"][chosen], stops[chosen])
            inputs = {"features": arguments["features"][None, atoms], "species": arguments["species"][None, atoms]}
            expected = 0.7 * float(padded(inputs)[0, 0]) / arguments["counts"][chosen]
            assert energies[place, 0] == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_it_learns():
    arguments = data(n_structures=60)
    features = np.random.default_rng(1).normal(size=(len(arguments["species"]), 3))
    slope = np.where(arguments["species"] == 0, 1.0, -0.5)
    sums = np.add.reduceat(slope * features[:, 1], np.cumsum(arguments["counts"]) - arguments["counts"])
    arguments |= {"features": features, "energies": sums / arguments["counts"]}
    network = FlatNetwork(build_subnets(ELEMENTS, (), dropout=0.0), n_features=3)
    metrics = [keras.metrics.RootMeanSquaredError("rmse")]
    network.compile(keras.optimizers.Adam(0.02), loss="mae", weighted_metrics=metrics, jit_compile=True)
    dataset = FlatBatches(**arguments, elements=ELEMENTS, batch_size=7, seed=0)
    history = network.fit(dataset, epochs=100, verbose=0, shuffle=False).history
    assert history["rmse"][-1] < 0.1 * history["rmse"][0]
    np.testing.assert_allclose(np.asarray(network.subnets["Ti"][0].kernel)[:, 0], [0, 1, 0], atol=0.05)
    np.testing.assert_allclose(np.asarray(network.subnets["O"][0].kernel)[:, 0], [0, -0.5, 0], atol=0.05)


def test_rates_are_those_of_the_energy():
    """Rates of features are what a small step changes in them; the energies must change by as much."""
    arguments, rng = data(), np.random.default_rng(2)
    arguments["features"] = rng.normal(size=arguments["features"].shape)
    rates = rng.normal(size=(len(arguments["features"]), 2, 3))
    labels = rng.normal(size=(len(arguments["counts"]), 2))
    network = FlatNetwork(build_subnets(ELEMENTS, (4, 3), "tanh", seed=5), n_features=3, scale=0.7)
    step, options = 1e-2, {"elements": ELEMENTS, "batch_size": 5}
    dataset = FlatBatches(**arguments, **options, rates=rates, energy_rates=labels)
    energies = []
    for sign in (-1, 1):
        features = arguments["features"] + sign * step * rates[:, 1]
        energies.append(
            [
                np.asarray(network(x))
                for x, _, _ in batches(FlatBatches(**arguments | {"features": features}, **options))
            ]
        )
    for k, (x, y, weights) in enumerate(batches(dataset)):
        found, (low, high) = network(x), (energy[k] for energy in energies)
        expected = x["n_atoms"] * (high - low)[:, 0] / (2 * step)
        np.testing.assert_allclose(np.asarray(found["rates"])[:, 1], expected, atol=2e-3)
        assert np.abs(expected).max() > 0.1
        real = weights["rates"] > 0
        chosen = [np.flatnonzero(arguments["energies"].astype("float32") == e)[0] for e in y["energy"][real, 0]]
        np.testing.assert_array_equal(y["rates"][real], labels[chosen].astype("float32"))
