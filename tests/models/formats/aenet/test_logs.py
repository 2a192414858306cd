"""The samples are cut from what aenet 2 printed: its TiO2 example, and train.x of version 2.0.4 for the last table."""

import random

import numpy as np
import pytest

from atomzoo.models.formats.aenet.logs import (
    read_energies,
    read_generate_log,
    read_predictions,
    read_training_log,
)

GENERATE = """\
 Number of atom types  : 2
 types                 :    Ti    O  
 Number of structures  : 7815

#     N  nAtoms  nTypes           E/atom  structure file (xsf)
      1      24       2  -6.48006288E-01  ../TiO2-xsf/structure0001.xsf
      1  Ti     199
      9   O     202
      2      23       2  -2.49403611E-01  ../TiO2-xsf/structure0002.xsf
      1  Ti     199
"""
TRAIN = """\
 Weight optimization for 5000 epochs using the Limited Memory BFGS method.

        |------------TRAIN-----------|  |------------TEST------------|
 epoch             MAE          <RMSE>             MAE          <RMSE>
     0    6.039819E-01    5.044585E-01    5.967030E-01    4.993762E-01 <
     1    6.039819E-01    5.044585E-01    5.967030E-01    4.993762E-01
"""
ENERGIES = """\
  Ref(eV)        ANN(eV)      #atoms  Ref(eV/atom)   ANN(eV/atom) Ref-ANN(eV/atom)    Cost-Func   #Ti  #O    Path
  -1.531011E+01  -1.517532E+01    24  -6.379212E-01  -6.323049E-01  -5.616241E-03  -6.497858E-03     8   16 a/16.xsf
   6.017154E-01   5.900643E-01     6   1.002859E-01   9.834405E-02   1.941849E-03   2.246674E-03     2    4 a/1063.xsf
"""
PREDICT = """\
 Atomic species : Ti
 File name      : Ti.pytorch.nn

 Number of structures in the data set: 1000

 Structure number  : 1
 File name         : ../dir_xsf/structure0001.xsf
 Number of atoms   : 2
 Number of species : 2

 Lattice vectors (Angstrom):

   a = (        5.93400000       0.00000000       0.00000000 )

 Cartesian atomic coordinates (input) and corresponding atomic forces:

          x             y             z             Fx           Fy            Fz      
         (Ang)         (Ang)         (Ang)       (eV/Ang)      (eV/Ang)      (eV/Ang)  
 --------------------------------------------------------------------------------------
 Ti      4.420273      7.027096      2.241839      0.263800     -0.677719      0.765447
 O       4.355775      5.608869      0.860346      0.675108      0.150047      0.359576

 Cohesive energy            :         -203.78529886 eV
 Total energy               :       -19960.67180830 eV
 Mean force (must be zero)  :      0.000000      0.000000      0.000000

 ++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++

 Structure number  : 2
 File name         : two.xsf
 Number of atoms   : 1
 Au      0.000000      0.000000      0.000000
 Cohesive energy            :           -3.50000000 eV
 Total energy               :           -3.50000000 eV
"""
READERS = {
    "generate": read_generate_log,
    "train": read_training_log,
    "energies": read_energies,
    "predict": read_predictions,
}
SAMPLES = {"generate": GENERATE, "train": TRAIN, "energies": ENERGIES, "predict": PREDICT}


@pytest.fixture
def read(tmp_path):
    def read(name, text):
        path = tmp_path / name
        path.write_text(text)
        return READERS[name](path)

    return read


def test_structures_of_generate(read):
    table = read("generate", GENERATE)
    assert table.n_atoms.tolist() == [24, 23] and table.n_elements.tolist() == [2, 2]
    assert table.energy_per_atom.tolist() == [-0.648006288, -0.249403611]
    assert table.file.tolist() == ["../TiO2-xsf/structure0001.xsf", "../TiO2-xsf/structure0002.xsf"]


def test_epochs_of_training(read):
    table = read("train", TRAIN)
    assert table.columns.tolist() == ["epoch", "train_mae", "train_rmse", "test_mae", "test_rmse"]
    assert table.iloc[1].tolist() == [1, 0.6039819, 0.5044585, 0.5967030, 0.4993762]


def test_energies_of_structures(read):
    table = read("energies", ENERGIES)
    assert table.energy.tolist() == [-15.17532, 0.5900643] and table.n_atoms.tolist() == [24, 6]
    np.testing.assert_allclose(table.reference_energy_per_atom - table.energy_per_atom, table.difference, atol=1e-7)
    assert table.file[1] == "a/1063.xsf"
    assert read("energies", "#" + ENERGIES[1:]).equals(table)


def test_predictions(read):
    first, second = read("predict", PREDICT)
    assert (first.file, first.symbols, first.energy) == ("../dir_xsf/structure0001.xsf", ["Ti", "O"], -19960.6718083)
    assert first.cohesive_energy == -203.78529886
    np.testing.assert_array_equal(first.positions[1], [4.355775, 5.608869, 0.860346])
    np.testing.assert_array_equal(first.forces[0], [0.263800, -0.677719, 0.765447])
    assert second.forces is None and second.symbols == ["Au"]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("generate", GENERATE, "stopped", "generate' holds no structures of generate.x"),
        ("train", TRAIN, "", "train' holds no epochs of train.x"),
        ("energies", "    24 ", " x ", "energies', line 2: expected energies and the name of a structure"),
        ("predict", PREDICT, "", "predict' holds no structures of predict.x"),
        ("predict", "-0.677719", "*********", "structure of line 6: expected 2 atoms. Received: 1"),
        ("predict", "Number of atoms   : 2", "Number of atoms   : 3", "line 6: expected 3 atoms. Received: 2"),
        ("predict", " Total energy ", " Sum", "structure of line 6: there is no 'Total energy'"),
        ("predict", "-19960.67180830 eV", "NaN eV", "line 6: expected energies in eV. Received: 'NaN eV'"),
    ],
)
def test_errors(read, name, old, new, message):
    with pytest.raises(ValueError, match=message):
        read(name, SAMPLES[name].replace(old, new, 1))


@pytest.mark.parametrize("name", READERS)
def test_mutated_files(read, name):
    rng = random.Random(0)
    for _ in range(2000):
        data = list(SAMPLES[name])
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(max(len(data), 1))
            data[at : at + rng.choice([0, 1, 1, 30])] = rng.choice(["", "-", "9" * 400, "\n", "*", "nan", ":", " "])
        try:
            read(name, "".join(data))
        except ValueError as error:
            assert "\n" not in str(error) and len(str(error)) < 400
