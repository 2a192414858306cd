"""A potential from the configuration in its file, of this version or an older one."""

import keras

# What the files of version 0.1 say in place of layers: the arguments of `from_functions`, and other names of some.
OLD_NAMES = {"origin": "provenance"}
OLD_ARGUMENTS = (
    *("elements", "functions", "hidden", "activation", "scaling", "cutoff_function", "trainable_functions"),
    *("seed", "feature_columns", "dtype"),
)


def from_saved_config(cls, config):
    """The potential that a configuration describes, with weights as they are initialized.

    Args:
        cls: `NeuralNetworkPotential`.
        config: dict, of `get_config`.
    """
    if "functions" in config:
        arguments = {name: config[name] for name in OLD_ARGUMENTS if name in config}
        arguments |= {new: config.get(old) for old, new in OLD_NAMES.items()}
        return cls.from_functions(**arguments)
    layers = {
        name: keras.saving.deserialize_keras_object(config[name]) for name in ("descriptor", "network", "scaling")
    }
    return cls(**layers, provenance=config["provenance"], name=config["name"])
