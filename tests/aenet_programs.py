"""Stand-ins for aenet's programs: they read FILES and NETWORKS of their input as aenet does, and replay results."""

import json
import stat
import sys

GENERATE = """
lines = open(sys.argv[1]).read().split()
assert lines[:2] == ["OUTPUT", "set.train"]
for file in lines[lines.index("FILES") + 2:]:
    comment, unit = open(file).readline().split("=")[1].split()
    assert float(comment) < 0 and unit == "eV"
open("set.train", "w").write("recorded")
"""
TRAIN = """
assert os.path.exists("set.train")
print("aenet version: 2.0.4")
words = open(sys.argv[1]).read().split("NETWORKS")[1].split("\\n")
for element, network, *hidden in [line.split() for line in words if line.strip()]:
    assert hidden == ["2", "15:tanh", "15:tanh"]
    open(network, "w").write("recorded")
"""
PREDICT = """
files = open(sys.argv[1]).read().split("FILES")[1].split()[1:]
recorded = json.load(open(os.path.join(os.path.dirname(__file__), "recorded.json")))
for number, file in enumerate(files, start=1):
    symbols, positions, forces, energy = recorded[file]
    print(f" Structure number  : {number}\\n File name         : {file}\\n Number of atoms   : {len(symbols)}")
    for symbol, r, f in zip(symbols, positions, forces):
        print(f" {symbol:2s}", *(f"{value:13.6f}" for value in (*r, *f)))
    print(f" Cohesive energy            : {energy:22.8f} eV\\n Total energy               : {energy:22.8f} eV")
"""


def write_programs(folder, parts):
    """Programs of aenet's names that replay energies 2 meV and forces 0.1 eV/A above the labels; returns their folder.

    Args:
        folder: new `Path`.
        parts: dict of lists of labelled structures, by the folder that their files lie in.
    """
    folder.mkdir()
    for name, body in (("generate.x", GENERATE), ("train.x-2.0.4-gfortran_serial", TRAIN), ("predict.x", PREDICT)):
        program = folder / name
        program.write_text(f"#!{sys.executable}\nimport json, os, sys\n{body}")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    recorded = {}
    for name, structures in parts.items():
        for k, atoms in enumerate(structures):
            symbols, forces = list(atoms.symbols), atoms.get_forces() + 0.1
            values = symbols, atoms.positions.tolist(), forces.tolist(), atoms.get_potential_energy() + 0.002
            recorded[f"{name}/s{k:05d}.xsf"] = values
    (folder / "recorded.json").write_text(json.dumps(recorded))
    return folder
