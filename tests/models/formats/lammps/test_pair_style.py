"""`pair_style nn/manybody` against Keras in float64: one element and two, each kind of function, one rank and two."""

import re

import ase
import ase.io
import numpy as np
import pytest
from ase.stress import full_3x3_to_voigt_6_stress

from atomzoo import Committee, NeuralNetworkPotential, find_extrapolations, load_potential
from atomzoo.datasets.engines import lammps_files
from atomzoo.datasets.engines.lammps import Lammps, LammpsError, run_lammps
from atomzoo.layers import ChebyshevFunction, CompactFunction
from atomzoo.models.formats.lammps import pair_commands, write_lammps
from atomzoo.models.potential.native.network_text import network_text
from tests.examples import (
    ALL_COMPACT,
    ALL_PATHS,
    CUTOFF,
    ELEMENTS,
    PATHS,
    crystal,
    rattled,
    small_potential,
    weighted,
    wide_core,
)

CHEBYSHEV = [
    ChebyshevFunction("T2", CUTOFF, 5),
    ChebyshevFunction("T3", 3.4, 3, weights=(("Ti", -1.0), ("O", 2.0))),
    ChebyshevFunction("T2", 3.4, 2, weights=(("O", 1.5),)),
    ChebyshevFunction("T3", CUTOFF, 0),
]
TWO = {
    "hidden": {"Ti": (5, 4), "O": (9,)},
    "activation": {"Ti": ["tanh", "softplus", "twist"], "O": "sigmoid"},
    "cutoff_function": "polynomial",
}
SCALED = {"method": "min-max-centered", "output_range": (-0.5, 2.0)}

GENTLE = {1: 0.06, 2: 0.03}  # eV; energy scales at which the atoms of these networks do not collide


@pytest.fixture(scope="module", params=["one", "two", "chebyshev", "compact"])
def case(request, cache, tmp_path_factory):
    """A potential, its network file, structures, and what Keras says of them."""
    made_by = {"one": counting_twice, "two": two_elements, "chebyshev": chebyshev, "compact": compact}
    potential = made_by[request.param]()
    elements = potential.elements
    potential.adapt(rattled(crystal(elements), 3) + rattled(crystal(elements, pbc=False), 2))
    potential.atom_sum.shifts.assign(np.arange(len(elements)) - 3.7)
    potential.atom_sum.scale.assign(GENTLE[len(elements)])
    if potential.feature_scaling.second_step:
        for weight in potential.feature_scaling.second_step.weights:
            weight.assign(np.asarray(weight) * 1.3 + np.linspace(0.01, 0.05, weight.shape[-1]))
    path = tmp_path_factory.mktemp("networks") / "a network.nn"
    write_lammps(potential, path)
    structures = [*rattled(crystal(elements), 2), *rattled(crystal(elements, pbc=False), 1), large(elements)]
    return potential, path, structures, potential.evaluate_atoms(structures, "tensorflow")


def two_elements():
    columns = {"Ti": [3, 1, *range(4, 18)], "O": range(32)}
    options = {**TWO, "scaling": "batch-normalization", "feature_columns": columns, "core": wide_core()}
    return NeuralNetworkPotential.from_functions(ELEMENTS["two"], ALL_PATHS, dtype="float64", **options)


def chebyshev():
    return NeuralNetworkPotential.from_functions(ELEMENTS["two"], CHEBYSHEV, **TWO, scaling=SCALED, dtype="float64")


def compact():
    functions = [*ALL_COMPACT, *weighted(ALL_COMPACT, {"Ti": 22.0, "O": 8.0}), *ALL_PATHS[:2]]
    return NeuralNetworkPotential.from_functions(ELEMENTS["two"], functions, **TWO, scaling=SCALED, dtype="float64")


def counting_twice():
    options = {"hidden": (5, 4), "scaling": "principal-components", "dtype": "float64"}
    potential = NeuralNetworkPotential.from_functions(ELEMENTS["one"], ALL_PATHS, **options)
    layer = potential.descriptor
    for part in (layer, layer.angular, layer.narrow, layer.wide):
        part.double_count = True
    return potential


def large(elements):
    return rattled(crystal(elements) * (2, 2, 2), 1, seed=5, distance=0.15)[0]


def engine(case, ranks=1):
    potential, path, *_ = case
    return Lammps(pair_commands(path, potential.elements), potential.elements, ranks)


def assert_equal(labelled, expected):
    assert np.abs(expected["forces"]).max() > 0.005
    assert labelled.get_potential_energy() == pytest.approx(expected["energy"], rel=1e-10)
    np.testing.assert_allclose(labelled.calc.results["energies"], expected["energies"], rtol=1e-10)
    np.testing.assert_allclose(labelled.get_forces(), expected["forces"], rtol=0, atol=1e-11)
    if labelled.pbc.all():
        stress = full_3x3_to_voigt_6_stress(expected["stress"])
        assert np.abs(stress).min() > 1e-7
        np.testing.assert_allclose(labelled.get_stress(), stress, rtol=0, atol=1e-11)


@pytest.mark.parametrize("ranks", [1, 2])
def test_equal_to_keras(case, ranks):
    """Triclinic cells smaller than the cutoff, a cluster, and a larger cell."""
    _, _, structures, expected = case
    for labelled, result in zip(engine(case, ranks).label(structures), expected, strict=True):
        assert_equal(labelled, result)


@pytest.mark.slow
def test_equal_after_dynamics(case):
    potential, _, structures, _ = case
    frames = engine(case, 2).dynamics(
        structures[-1], steps=1000, temperature=50.0, time_step=0.3, every=500, ensemble="nve"
    )
    assert np.abs(frames[-1].positions - structures[-1].positions).max() > 0.02
    assert_equal(frames[-1], potential.evaluate_atoms(frames[-1], "tensorflow"))
    energies = [frame.info["total_energy"] for frame in frames]
    assert np.ptp(energies) < 1e-4 * len(frames[0])


def custom_run(case, folder, atoms, pair_lines, commands, columns, ranks=1):
    """The last row of thermodynamic output, a dict, and all that LAMMPS printed."""
    elements = case[0].elements
    (folder / "a.data").write_text(lammps_files.data_text(atoms, elements))
    script = ["units metal", "read_data a.data", *pair_lines, *commands]
    script += [f"thermo_style custom {' '.join(columns)}", "thermo_modify norm no format float %.17g", "run 0"]
    (folder / "in.lammps").write_text("\n".join(script) + "\n")
    text = run_lammps(folder, ranks)
    lines = [line.split() for line in text.splitlines()]
    head = next(k for k, words in enumerate(lines) if len(words) == len(columns) and words[0] == "Step")
    row = next(words for words in lines[head + 1 :] if words and words[0] == "0")
    return dict(zip(columns, map(float, row), strict=True)), text


def test_atoms_on_one_line(cache, tmp_path):
    """Angles of 0 and 180 degrees, to the last bit or nearly so: the slope of the angle is infinite there."""
    functions = [
        CompactFunction(kind, CUTOFF, thetalow=low, thetahigh=high, subtype=subtype)
        for kind in ("C4", "C5")
        for low, high in ((-90, 90), (90, 270), (0, 180))
        for subtype in ("p1", "p2")
    ]
    potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(5,), scaling="none", dtype="float64")
    write_lammps(potential, tmp_path / "a.nn")
    spacings = np.array([0.0, 1.3, 2.4, 3.9])[:, None]
    directions = [np.array([1.0, 0.0, 0.0]), np.array([0.3, 0.5, 0.7]), np.array([0.51, -0.23, 0.8])]
    structures = [ase.Atoms("Au4", spacings * direction + 0.1) for direction in directions]
    expected = potential.evaluate_atoms(structures, "tensorflow")
    labelled = Lammps(pair_commands(tmp_path / "a.nn", ["Au"]), ["Au"]).label(structures)
    for atoms, result in zip(labelled, expected, strict=True):
        assert_equal(atoms, result)


def test_virial_of_each_atom(case, tmp_path):
    """Atomic virials add up to the virial, which a hybrid style tallies pair by pair."""
    atoms, pair = case[2][-1], engine(case).pair
    names = ("xx", "yy", "zz", "xy", "xz", "yz")
    commands = ["compute atomic all stress/atom NULL virial", "compute virial all pressure NULL virial"]
    commands += [f"compute sum all reduce sum {' '.join(f'c_atomic[{k}]' for k in range(1, 7))}"]
    columns = ["step", "vol", "pe", *(f"c_sum[{k}]" for k in range(1, 7)), *(f"c_virial[{k}]" for k in range(1, 7))]
    simple, _ = custom_run(case, tmp_path, atoms, pair, commands, columns)
    hybrid = [pair[0], "pair_style hybrid/overlay nn/manybody zero 3.0", "pair_coeff * * zero"]
    hybrid += [pair[2].replace("* * ", "* * nn/manybody ")]
    tallied, _ = custom_run(case, tmp_path, atoms, hybrid, commands, columns)
    assert tallied["pe"] == pytest.approx(simple["pe"], rel=1e-12)
    for k in range(1, len(names) + 1):
        virial = simple[f"c_virial[{k}]"] * simple["vol"]
        assert -simple[f"c_sum[{k}]"] == pytest.approx(virial, rel=1e-8), names[k - 1]
        assert tallied[f"c_virial[{k}]"] == pytest.approx(simple[f"c_virial[{k}]"], rel=1e-8), names[k - 1]


@pytest.mark.parametrize("ranks", [1, 2])
def test_extrapolations_are_counted(case, tmp_path, ranks):
    potential, _, structures, expected = case
    outside = {found.atom for found in find_extrapolations(potential, structures[-1], expected[-1]["features"])}
    commands, columns = ["compute outside all pair nn/manybody"], ["step", "pe", "c_outside[1]"]
    row, text = custom_run(case, tmp_path, structures[-1], engine(case).pair, commands, columns, ranks)
    assert 0 < len(outside) == row["c_outside[1]"]
    warnings = [line for line in text.splitlines() if "outside its range in the training data" in line]
    assert 1 <= len(warnings) <= ranks and warnings[0].startswith("WARNING: nn/manybody: step 0, atom ")


@pytest.fixture(scope="module")
def committee(cache, tmp_path_factory):
    """Three members, which differ by their weights, scales, shifts and cores, and their file."""
    functions = [*PATHS["radial"], *PATHS["linear"][:2]]
    members = [small_potential(["Ti", "O"], functions, seed=k, core=wide_core() if k else None) for k in range(3)]
    for k, member in enumerate(members):
        member.atom_sum.shifts.assign([-3.0 - k, 2.0 * k])
        member.atom_sum.scale.assign(0.3 + 0.1 * k)
    path = tmp_path_factory.mktemp("committee") / "three.nn"
    write_lammps(Committee(members), path)
    return Committee(members), path


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_committee_is_the_mean_and_tells_its_deviation(committee, tmp_path, ranks):
    potential, path = committee
    structures = [*rattled(crystal(potential.elements), 1), large(potential.elements)]
    expected = potential.evaluate_atoms(structures, "tensorflow")
    pair = pair_commands(path, potential.elements)
    for labelled, result in zip(Lammps(pair, potential.elements, ranks).label(structures), expected, strict=True):
        assert_equal(labelled, result)
    commands, columns = ["compute guard all pair nn/manybody"], ["step", "pe", "c_guard[1]", "c_guard[2]"]
    for atoms, result in zip(structures, expected, strict=True):
        row, _ = custom_run(committee, tmp_path, atoms, pair, commands, columns, ranks)
        deviation = np.linalg.norm(result["forces_deviation"], axis=1).max()
        assert row["c_guard[2]"] == pytest.approx(deviation, rel=1e-9) and deviation > 0.01
        assert row["pe"] == pytest.approx(result["energy"], rel=1e-10)
    hybrid = [pair[0], "pair_style hybrid/overlay nn/manybody zero 3.0", "pair_coeff * * zero"]
    hybrid += [pair[2].replace("* * ", "* * nn/manybody ")]
    again, _ = custom_run(committee, tmp_path, structures[-1], hybrid, commands, columns, ranks)
    assert again["c_guard[2]"] == pytest.approx(row["c_guard[2]"], rel=1e-10)


def test_a_committee_of_other_functions(committee, tmp_path):
    members = [small_potential(["Ti", "O"], PATHS["radial"][:n]) for n in (2, 1)]
    with pytest.raises(ValueError, match="must have the same symmetry functions"):
        write_lammps(Committee(members), tmp_path / "a.nn")
    texts = [network_text(member) for member in members]
    (tmp_path / "a.nn").write_text("".join(texts))
    with pytest.raises(ValueError, match="a.nn: the networks of a committee must have the same elements and functions"):
        Lammps(pair_commands(tmp_path / "a.nn", ["Ti", "O"]), ["Ti", "O"]).label([crystal(["Ti", "O"])])
    with pytest.raises(ValueError, match="several networks, a committee, are read by LAMMPS alone"):
        load_potential(committee[1])


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_stops_where_atoms_leave_the_range(case, tmp_path, ranks):
    """At the first step with as many of them, which is kept; the line names the atom, its function and the step."""
    potential, path, structures, expected = case
    atoms, elements, frame = structures[-1], potential.elements, tmp_path / "a frame.lammpstrj"
    found = find_extrapolations(potential, atoms, expected[-1]["features"])
    outside = {each.atom for each in found}
    pair = pair_commands(path, elements, stop_at=len(outside), frame=frame)
    with pytest.raises(LammpsError) as error:
        custom_run(case, tmp_path, atoms, pair, [], ["step", "pe"], ranks)
    words = re.search(
        r"nn/manybody: step 0, atom (\d+) \((\w+)\): (\w+) .* is \S+, outside its range", str(error.value)
    )
    number = int(words[1]) - 1
    assert number in outside and words[2] == atoms.symbols[number]
    assert any(each.atom == number and each.function.startswith(words[3]) for each in found)
    assert f"{len(outside)} atoms are outside, at which the run was to stop; written to {frame}" in str(error.value)
    kept = ase.io.read(frame)
    assert kept.get_chemical_symbols() == atoms.get_chemical_symbols()
    np.testing.assert_allclose(kept.get_all_distances(mic=True), atoms.get_all_distances(mic=True), atol=1e-10)
    pair = pair_commands(path, elements, stop_at=len(outside) + 1)
    row, text = custom_run(case, tmp_path, atoms, pair, [], ["step", "pe"], ranks)
    assert (
        row["pe"] == pytest.approx(expected[-1]["energy"], rel=1e-10) and "WARNING: nn/manybody: step 0, atom" in text
    )


def test_input_that_is_refused(case, tmp_path):
    atoms, pair = case[2][-1], engine(case).pair
    for lines, message in (
        (["newton off", *pair], "needs newton pair on"),
        ([*pair[:1], "pair_style nn/manybody 6.0"], r"takes no arguments, .* or extrapolation stop N \[FILE\]"),
        ([*pair[:1], "pair_style nn/manybody extrapolation stop 0"], "stop N needs N of 1 or more"),
        ([*pair[:2], pair[2] + " Si"], "takes \\* \\*, a network file, and an element for each atom type"),
    ):
        with pytest.raises(ValueError, match=message):
            (tmp_path / "a.data").write_text(lammps_files.data_text(atoms, case[0].elements))
            newton = [line for line in lines if line.startswith("newton")]
            others = [line for line in lines if line not in newton]
            script = ["units metal", *newton, "read_data a.data", *others, "run 0"]
            (tmp_path / "in.lammps").write_text("\n".join(script) + "\n")
            run_lammps(tmp_path)
