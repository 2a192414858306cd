"""Potentials in `.keras` files of version 0.1, which hold the arguments of `from_functions` in place of layers."""

import io
import zipfile

import h5py

ARGUMENTS = (
    *("elements", "functions", "hidden", "activation", "scaling", "cutoff_function", "trainable_functions"),
    *("seed", "feature_columns", "dtype"),
)
DESCRIPTOR = "layers/symmetry_function_layer"


def is_old(config):
    """Whether the configuration of a potential is of version 0.1."""
    return "functions" in config


def potential_from_old_config(cls, config):
    """The potential that a configuration describes, with weights as they are initialized.

    Args:
        cls: `NeuralNetworkPotential`.
        config: dict.
    """
    arguments = {name: config[name] for name in ARGUMENTS if name in config}
    return cls.from_functions(**arguments, provenance=config.get("origin"))


def load_old_weights(potential, path):
    """Sets the weights of a potential, made from the configuration in the same file, to those of the file."""
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        for part in ("radial", "angular", "narrow", "wide"):
            functions = getattr(potential.descriptor, part, None)
            if functions is not None:
                functions.factors.load_own_variables(file[f"{DESCRIPTOR}/{part}/factors/vars"])
        for name in ("feature_scaling", "atom_sum"):
            getattr(potential, name).load_own_variables(file[f"{name}/vars"])
        for i, stack in enumerate(potential.atomic_network.stacks):
            for j, dense in enumerate(stack):
                dense.load_own_variables(
                    file[f"atomic_network/stacks/{_numbered('container', i)}/{_numbered('atomic_dense', j)}/vars"]
                )


def _numbered(name, number):
    return f"{name}_{number}" if number else name
