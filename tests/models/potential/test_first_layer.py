"""Principal components and batch normalization, which files of other programs hold in the first layer."""

import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction
from atomzoo.models.formats.aenet import read_aenet, write_aenet
from atomzoo.models.formats.n2p2 import read_n2p2, write_n2p2
from atomzoo.models.potential.first_layer import folded_first_layer
from tests.examples import crystal, rattled, small_potential
from tests.physics import assert_close

ELEMENTS = ["Ti", "O"]
FUNCTIONS = [
    SymmetryFunction("G2", 4.0, eta=0.5),
    SymmetryFunction("G5", 4.0, eta=0.02, zeta=4, lambda_=-1),
    SymmetryFunction("G1", 0.5),  # no neighbor is so close: constant
]
COLUMNS = {"Ti": [4, 0, 1, 6], "O": list(range(7))}


@pytest.fixture(scope="module", params=["principal-components", "batch-normalization"])
def potential(request):
    """One whose scaling has other weights than at first."""
    rng = np.random.default_rng(0)
    potential = small_potential(ELEMENTS, FUNCTIONS, scaling=request.param, feature_columns=COLUMNS)
    for weight in potential.feature_scaling.second_step.weights:
        weight.assign(np.asarray(weight) * 1.3 + rng.uniform(0.1, 0.5, weight.shape))
    return potential


def test_columns(potential):
    """Principal components of titanium, which takes four of them, are made of all functions."""
    columns, offset, factor, kernel, bias = folded_first_layer(potential, 0)
    rotated = potential.feature_scaling.method == "principal-components"
    assert columns == [4, 0, 1, 6] + ([2, 3, 5] if rotated else [])
    assert offset.shape == factor.shape == (len(columns),) and kernel.shape == (len(columns), 5) and bias.shape == (5,)


@pytest.mark.parametrize(("write", "read"), [(write_aenet, read_aenet), (write_n2p2, read_n2p2)])
def test_exported_and_imported_again(potential, write, read, tmp_path):
    write(potential, tmp_path)
    structures = rattled(crystal(ELEMENTS), 2, seed=5)
    copies, expected = read(tmp_path).evaluate_atoms(structures), potential.evaluate_atoms(structures)
    for copy, original in zip(copies, expected, strict=True):
        assert copy["energy"] == pytest.approx(original["energy"], rel=1e-12)
        assert_close(copy["forces"], original["forces"], 1e-10)
