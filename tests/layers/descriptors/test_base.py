import json

import keras
import numpy as np
import pytest
from keras import ops

from atomzoo.layers import Descriptor


@keras.saving.register_keras_serializable(package="atomzoo-tests")
class Coordination(Descriptor):
    """What a user may write: the number of neighbors of each element, smooth at the cutoff."""

    def __init__(self, elements, cutoff, **kwargs):
        super().__init__(elements, cutoff, **kwargs)
        self.n_features = len(self.elements)

    def call(self, displacements, neighbor_species, triplets=None):
        smooth = ops.maximum(1.0 - ops.sum(displacements**2, axis=-1) / self.cutoff**2, 0.0) ** 2
        counts = [ops.sum(ops.where(neighbor_species == k, smooth, 0.0), axis=-1) for k in range(self.n_features)]
        return ops.stack(counts, axis=-1)


def test_a_descriptor_of_ones_own():
    layer = Coordination(("Ti", "O"), 4, dtype="float64")
    layer.build()
    displacements = np.array([[[2.0, 0, 0], [0, 0, 0], [0, 4, 0]]])
    assert np.asarray(layer(displacements, np.array([[1, -1, 0]]))).tolist() == [[0.0, 0.5625]]
    assert layer.compute_output_shape((5, 7, 3), (5, 7)) == (5, 2)
    assert layer.feature_names == ["feature 0", "feature 1"] and not layer.needs_triplets
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    assert keras.saving.deserialize_keras_object(config).get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["Ti", "Ti"], 4.0), r"`elements` must be a list of different symbols. Received: elements=\['Ti', 'Ti'\]"),
        (("Ti", 4.0), "Received: elements='Ti'"),
        ((["Ti"], 0.0), "`cutoff` must be a positive radius in A. Received: cutoff=0.0"),
        ((["Ti"], np.inf), "Received: cutoff=inf"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        Coordination(*arguments)
