"""Each layer in a functional Keras model, saved and loaded in a fresh process in safe mode."""

import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest
from keras import ops

from atomzoo.layers import (
    AtomicNetwork,
    AtomSum,
    CompactDescriptor,
    CosineCutoff,
    FeatureScaling,
    PolynomialCutoff,
    SymmetryFunctionLayer,
    TanhCutoff,
)
from tests.examples import ALL_COMPACT, ALL_PATHS, crystal, layer_inputs

ELEMENTS = ["Ti", "O"]
LOADER = """
import sys
from pathlib import Path
import h5py
import keras
import numpy as np
import atomzoo.layers

for path in sorted(Path(sys.argv[1]).glob("*.keras")):
    model = keras.saving.load_model(path, safe_mode=True)
    with np.load(path.with_suffix(".npz")) as inputs:
        outputs = model([inputs[tensor.name] for tensor in model.inputs])
    np.save(path.with_suffix(".npy"), np.asarray(outputs))
"""


def model_of(layer, *inputs):
    """A functional model of one layer, for arrays like `inputs`, whose shapes are fixed but for the first axis."""
    tensors = [keras.Input(a.shape[1:], dtype=str(a.dtype), name=f"input_{k}") for k, a in enumerate(inputs)]
    return keras.Model(tensors, layer(*tensors)), inputs


def whole_chain(displacements, species, neighbor_species, features):
    """From displacements to the energy with all layers, as a functional model."""
    functions = SymmetryFunctionLayer(ALL_PATHS, ELEMENTS, trainable=("eta",), dtype="float64", name="functions")
    scaling = FeatureScaling(2, features.shape[-1], "z-score", dtype="float64", name="scaling")
    scaling.adapt(features, species)
    network = AtomicNetwork(ELEMENTS, features.shape[-1], (5,), dtype="float64", name="network")
    arrays = displacements, species, neighbor_species
    d, s, n = inputs = [keras.Input(a.shape[1:], dtype=str(a.dtype), name=f"input_{k}") for k, a in enumerate(arrays)]
    return keras.Model(inputs, AtomSum(2, name="sum")(network(scaling(functions(d, n), s), s), s)), arrays


@pytest.fixture(scope="module")
def models():
    """Functional models, and the arrays to call them with."""
    arrays = layer_inputs(crystal(ELEMENTS), ELEMENTS)
    displacements, neighbor_species, triplets = (np.nan_to_num(array)[None] for array in arrays)
    species = np.array([[0, 1, 0, 1]], dtype="int32")
    layer = SymmetryFunctionLayer(ALL_PATHS, ELEMENTS, PolynomialCutoff(order=3), trainable=True, dtype="float64")
    features = np.asarray(layer(displacements, neighbor_species))
    distances = np.linspace(0, 7, 8)[:, None]
    models = {
        "cosine": model_of(CosineCutoff(6.0, inner_fraction=0.2), distances),
        "tanh": model_of(TanhCutoff(6.0, normalized=True), distances),
        "polynomial": model_of(PolynomialCutoff(6.0, order=4), distances),
        "functions": model_of(layer, displacements, neighbor_species, triplets),
        "compact": model_of(
            CompactDescriptor(ALL_COMPACT, ELEMENTS, dtype="float64"), displacements, neighbor_species, triplets
        ),
        "scaling": model_of(FeatureScaling(2, features.shape[-1], "min-max", dtype="float64"), features, species),
        "network": model_of(AtomicNetwork(ELEMENTS, features.shape[-1], (5, 4), dtype="float64"), features, species),
        "sum": model_of(AtomSum(2), features[..., 0], species),
        "chain": whole_chain(displacements, species, neighbor_species, features),
    }
    rng = np.random.default_rng(0)
    for model, _ in models.values():  # weights other than those that a new layer begins with
        for weight in model.weights:
            if not weight.path.startswith("seed"):
                weight.assign(np.asarray(weight) * 1.1 + rng.uniform(0.01, 0.02, weight.shape))
    return models


def test_a_functional_model_can_be_differentiated_and_has_known_shapes(models):
    model, arrays = models["chain"]
    assert model.output_shape == (None,)
    energy = np.asarray(model(list(arrays)))
    assert energy.shape == (1,) and energy.dtype == np.float64 and np.isfinite(energy).all()
    shape = models["functions"][0].output_shape
    assert shape == (None, 4, len(models["functions"][0].layers[-1].functions))


def test_loads_in_a_fresh_process(models, tmp_path):
    for name, (model, arrays) in models.items():
        model.save(tmp_path / f"{name}.keras")
        np.savez(tmp_path / name, **{tensor.name: a for tensor, a in zip(model.inputs, arrays, strict=True)})
    subprocess.run([sys.executable, "-c", LOADER, str(tmp_path)], check=True, capture_output=True)
    for name, (model, arrays) in models.items():
        expected = np.asarray(ops.convert_to_numpy(model(list(arrays))))
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), expected, rtol=1e-13, err_msg=name)
        assert np.abs(expected).max() > 0


def test_names_of_weights_in_files_stay(tmp_path):
    """Files hold the weights under these names; those of version 0.1 are read by `old_files`."""
    layer = AtomicNetwork(ELEMENTS, 3, (4,), name="network")
    features = keras.Input((None, 3))
    model = keras.Model(features, layer(features, ops.zeros_like(features[..., 0], dtype="int32")))
    model.save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5") as file:
        stacks = file["layers/atomic_network/stacks"]
        assert list(stacks) == ["container", "container_1"]
        assert [len(stacks[f"container_1/{name}/vars"]) for name in ("per_atom_conv1d", "per_atom_conv1d_1")] == [2, 2]
