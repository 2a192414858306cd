import keras
import numpy as np
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports the training, which needs TensorFlow", allow_module_level=True)

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import aenet_rows
from atomzoo.reproductions.barch_tubman_2017.studies import table_2_recipe

EACH = "the paper's, but a network for each atom"


@pytest.fixture
def few(monkeypatch):
    parts = {n: tuple(part[:20] for part in gold_clusters.load_data(n, "random")) for n in (3, 4)}
    monkeypatch.setattr(gold_clusters, "load_data", lambda n_atoms, split: parts[n_atoms])


@pytest.mark.parametrize("variant", ["L-BFGS, batch normalization", EACH])
def test_trained(few, variant):
    result = table_2_recipe.train(variant, 4, 0, 2)
    assert all(0 < result[name] < 1e3 for name in table_2_recipe.ERRORS) and result["seconds"] > 0


def test_networks_for_each_atom_have_the_labels_and_functions_of_one_network():
    """Only the name of the element differs, which no function sees."""
    cluster = gold_clusters.load_data(3)[0][0]
    apart = table_2_recipe.told_apart(cluster)
    assert apart.get_potential_energy() == cluster.get_potential_energy()
    np.testing.assert_array_equal(apart.get_forces(), cluster.get_forces())
    one, each = (table_2_recipe.untrained(3, by_place, "min-max", 0) for by_place in (False, True))
    features = [potential.evaluate_atoms(atoms)["features"] for potential, atoms in ((one, cluster), (each, apart))]
    np.testing.assert_allclose(*features, rtol=1e-12)
    assert np.abs(features[0]).min(axis=0).max() > 0.1 and len(each.elements) == 3


def test_aenet_is_the_last_row():
    rows = pandas.DataFrame(
        {"variant": name, "atoms": n, "seed": seed, "epochs": 7, "train_mse_eV2": 1e-6, "validation_mse_eV2": n * 1e-6}
        | {"seconds": 3.0}
        for name in table_2_recipe.VARIANTS
        for n in (3, 4)
        for seed in range(2)
    )
    lines = [line.split(" | ") for line in table_2_recipe.markdown(rows, False, 1.0).splitlines() if "|" in line]
    table = {cells[0].removeprefix("| "): cells[1:] for cells in lines}
    assert table["RMSprop, min-max"] == ["1 ± 0", "3 ± 0", "1 ± 0", "4 ± 0", "3 |"]
    aenet = aenet_rows().loc[(4, "15t-15t")]
    assert table[table_2_recipe.AENET][3] == f"{1e6 * aenet['validation_mse_eV2']:.3g}"
