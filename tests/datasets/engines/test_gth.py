"""Pseudopotentials converted from CP2K's layout equal the embedded ones."""

from pathlib import Path

import pytest

import atomzoo.datasets
from atomzoo.datasets.engines import convert_gth

# as in cp2k-data's GTH_POTENTIALS, with a neighbor before and after
CP2K = """#
H GTH-BLYP-q1 GTH-BLYP
    1
     0.20000000    2    -4.19596147     0.73049821
    0
#
Au GTH-BLYP-q11 GTH-BLYP
    1    0   10
     0.59000000    1    10.81589381
    3
     0.52572747    2     6.71867015    -2.66620610
                                        3.44205728
     0.60526597    2     4.32132354    -4.09465015
                                        4.84485539
     0.43903160    2    -7.45153985     3.06802476
                                       -3.47881309
#
Au GTH-BLYP-q19
    3    6   10
     0.49000000    2     9.10574107    -0.31170627
    3
     0.28881911    3    -5.84394846    25.76364500   -14.96878334
"""


def test_gold_equals_the_embedded_file():
    embedded = Path(atomzoo.datasets.__file__).parent / "data" / "gold_clusters" / "Au.blyp-q11.gth"
    assert convert_gth(CP2K, "Au GTH-BLYP-q11") == embedded.read_text()


def test_hydrogen_has_no_projectors():
    lines = convert_gth(CP2K, "H GTH-BLYP-q1").splitlines()
    assert lines[1].startswith("1 1 0 ")
    assert lines[2].startswith("10 18 0 0 ")
    assert lines[3:] == ["0.20000000 2 -4.19596147 0.73049821", "0", "0.2 0"]


@pytest.mark.parametrize(
    "name, message",
    [
        ("Ag GTH-BLYP-q11", "No such pseudopotential.* Received: Ag GTH-BLYP-q11"),
        ("Au GTH-BLYP", "must end in -q and the number of electrons.* Received: 'Au GTH-BLYP'"),
        ("Au", "must be an element and a potential.* Received: 'Au'"),
        ("Au GTH-BP-q11", "functional must be one of .* Received: 'Au GTH-BP-q11'"),
    ],
)
def test_unknown_names(name, message):
    with pytest.raises(ValueError, match=message):
        convert_gth(CP2K, name)
