"""The sample is cut from what aenet 2 printed: its TiO2 example."""

import random

import numpy as np
import pytest

from atomzoo.models.formats.aenet.logs import read_predictions

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


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "predict"
        path.write_text(text)
        return read_predictions(path)

    return read


def test_predictions(read):
    first, second = read(PREDICT)
    assert (first.file, first.symbols, first.energy) == ("../dir_xsf/structure0001.xsf", ["Ti", "O"], -19960.6718083)
    assert first.cohesive_energy == -203.78529886
    np.testing.assert_array_equal(first.positions[1], [4.355775, 5.608869, 0.860346])
    np.testing.assert_array_equal(first.forces[0], [0.263800, -0.677719, 0.765447])
    assert second.forces is None and second.symbols == ["Au"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (PREDICT, "", "predict' holds no structures of predict.x"),
        ("-0.677719", "*********", "structure of line 6: expected 2 atoms. Received: 1"),
        ("Number of atoms   : 2", "Number of atoms   : 3", "line 6: expected 3 atoms. Received: 2"),
        (" Total energy ", " Sum", "structure of line 6: there is no 'Total energy'"),
        ("-19960.67180830 eV", "NaN eV", "line 6: expected energies in eV. Received: 'NaN eV'"),
    ],
)
def test_errors(read, old, new, message):
    with pytest.raises(ValueError, match=message):
        read(PREDICT.replace(old, new, 1))


def test_mutated_files(read):
    rng = random.Random(0)
    for _ in range(2000):
        data = list(PREDICT)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(max(len(data), 1))
            data[at : at + rng.choice([0, 1, 1, 30])] = rng.choice(["", "-", "9" * 400, "\n", "*", "nan", ":", " "])
        try:
            read("".join(data))
        except ValueError as error:
            assert "\n" not in str(error) and len(str(error)) < 400
