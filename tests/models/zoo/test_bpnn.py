import keras
import numpy as np
import pytest

from atomzoo.models.zoo.bpnn import bpnn


def inputs(n_atoms=5, seed=0):
    features = np.random.default_rng(seed).normal(size=(2, n_atoms, 3)).astype("float32")
    species = np.tile(np.arange(n_atoms) % 2, (2, 1)).astype("int32")
    return {"features": features, "species": species}


def by_hand(model, features, species):
    """The energy of one structure with plain numbers."""
    total = 0.0
    for values, element in zip(features, np.array(["Ti", "O"])[species], strict=True):
        for number in (0, 1):
            kernel, bias = model.get_layer(f"{element}_{number}").get_weights()
            values = np.tanh(values @ kernel + bias)
        kernel, bias = model.get_layer(f"{element}_99").get_weights()
        total += float((values @ kernel + bias)[0])
    return total


@pytest.fixture(scope="module")
def model():
    return bpnn(["Ti", "O"], 3, hidden=(4, 2), activation="tanh", seed=1)


def test_energy_is_the_sum_of_the_subnets_of_the_atoms(model):
    x = inputs()
    expected = [by_hand(model, *structure) for structure in zip(x["features"], x["species"], strict=True)]
    np.testing.assert_allclose(np.asarray(model(x))[:, 0], expected, rtol=1e-5)
    assert abs(expected[0]) > 0.01


def test_any_number_of_atoms_and_padding(model):
    x = inputs()
    padded = {"features": np.full((2, 8, 3), np.nan, "float32"), "species": np.full((2, 8), -1, "int32")}
    for name, value in padded.items():
        value[:, :5] = x[name]
    np.testing.assert_allclose(model(padded), model(x), rtol=1e-6)
    assert model(inputs(n_atoms=1)).shape == (2, 1)


def test_atoms_may_be_exchanged_but_not_their_elements(model):
    x, order = inputs(), [3, 4, 0, 2, 1]
    exchanged = {name: value[:, order] for name, value in x.items()}
    np.testing.assert_allclose(model(exchanged), model(x), rtol=1e-5)
    assert abs(model({**x, "features": x["features"][:, order]}) - model(x)).numpy().min() > 1e-3


def test_what_the_paper_compiles(model):
    assert isinstance(model.optimizer, keras.optimizers.Adam) and model.loss == "mae"
    assert isinstance(model, keras.Model) and model.get_layer("sum").trainable_variables == []
    assert float(model.get_layer("sum").scale) == 1.0 and not np.asarray(model.get_layer("sum").shifts).any()
    x = inputs()
    energies = np.asarray(model(x)) + [[0.3], [-0.1]]
    results = model.evaluate(x, energies, verbose=0, return_dict=True)
    assert results == pytest.approx({"loss": 0.2, "rmse": np.sqrt((0.09 + 0.01) / 2)}, rel=1e-4)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_it_trains(model):
    x = inputs()
    trained = bpnn(["Ti", "O"], 3, hidden=(4, 2), learning_rate=0.02, dropout=0.1)
    history = trained.fit(x, np.array([[1.0], [-1.0]]), epochs=100, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]


def test_scaling_and_shifts_make_total_energies(model):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    x = inputs(n_atoms=6)
    copy.get_layer("scaling").adapt(x["features"], x["species"])
    copy.get_layer("sum").shifts.assign([-1626.66972707, -433.23448532])
    copy.get_layer("sum").scale.assign(0.5)
    scaled = x["features"].astype("float64")
    for element in (0, 1):
        rows = scaled[x["species"] == element]
        scaled[x["species"] == element] = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    expected = [0.5 * by_hand(model, *structure) for structure in zip(scaled, x["species"], strict=True)]
    # Double precision: float32 would round these to 0.5 meV.
    total = np.asarray(copy(x))[:, 0] - 3 * (-1626.66972707 - 433.23448532)
    np.testing.assert_allclose(total, expected, rtol=1e-4, atol=1e-5)


def test_given_layers():
    layers = {e: [keras.layers.Conv1D(4, 1, activation="tanh"), keras.layers.Dense(2)] for e in ("Ti", "O")}
    model = bpnn(["Ti", "O"], 3, hidden=layers)
    assert model(inputs()).shape == (2, 1)
    assert layers["Ti"][0] in model.layers and layers["O"][1] in model.layers


@pytest.mark.parametrize("dropout", [0.0, 0.25])
def test_saves_and_loads_safely(tmp_path, dropout):
    model = bpnn(["Ti", "O"], 3, hidden=(4, 2), dropout=dropout)
    model.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(inputs()), model(inputs()))
    assert loaded.loss == "mae"


def test_seeds_and_dropout():
    weights = [bpnn(["Ti", "O"], 3, hidden=(4,), seed=seed).get_weights() for seed in (0, 0, 1)]
    assert all((a == b).all() for a, b in zip(*weights[:2], strict=True))
    assert any((a != b).any() for a, b in zip(*weights[1:], strict=True))
    model = bpnn(["Ti", "O"], 3, hidden=(8,), dropout=0.5)
    x = inputs()
    assert (np.asarray(model(x, training=True)) != np.asarray(model(x))).any()
    with pytest.raises(ValueError, match="`dropout` must be at least 0 and less than 1. Received: dropout=1"):
        bpnn(["Ti"], 3, dropout=1)
