"""Time from the files of the TiO2 data set to 70 features of each atom: `python -m benchmarks.tio2_features`.

All 7815 structures (165 229 atoms), 16 G2 with 54 G5 or G4, once in a process of its own: imports, reading, neighbor
lists and compilation are counted. Writes `benchmarks/results/tio2_features.csv` and `.md`; `--quick` takes every 200th
structure and writes nothing. The data must be where `atomzoo.datasets.tio2.load_data` looks for them.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time

import pandas

from atomzoo.datasets import tio2
from atomzoo.datasets.tio2_files import find_source
from benchmarks.report import write
from benchmarks.timing import peak_memory, run_alone

SETS = ("aenet-tio2-wide", "aenet-tio2")
ELEMENTS = ["Ti", "O"]
NOTES = """\
16 G2 and 54 G5 (aenet-tio2-wide) or G4 (aenet-tio2), Rc 6.5 A, float64. total_s: by the clock, from the start of a
process to the features on disk, imports, reading (reading_s), neighbor lists and compilation included; processor_s: of
all its threads, which other programs lengthen less. load: of the machine, at the end (this program alone makes 2)."""


def measure(functions, every=1):
    """Sizes, seconds and memory of this process, from the files to the features."""
    from atomzoo import load_function_set
    from atomzoo.layers import descriptor_from_functions
    from atomzoo.models.potential.feature_cache import cached_features

    start = time.perf_counter()
    structures = tio2.read_all()[::every]
    reading = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        descriptor = descriptor_from_functions(load_function_set(functions, ELEMENTS), ELEMENTS, dtype="float64")
        features = cached_features(structures, descriptor, folder)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "functions": functions,
        "structures": len(structures),
        "atoms": len(features),
        "reading_s": reading,
        "processor_s": usage.ru_utime + usage.ru_stime,
        "memory_GB": peak_memory(),
        "load": os.getloadavg()[0],
    }


def timed(options):
    """What `measure` finds in a process of its own, and how long that process lives, imports included."""
    start = time.perf_counter()
    row = run_alone("benchmarks.tio2_features", options, n_cores=2)
    return row | {"total_s": time.perf_counter() - start}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tio2_features", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every 200th structure; writes nothing")
    quick = parser.parse_args().quick
    find_source()  # says where to get the data before anything is measured
    options = {"every": 200 if quick else 1}
    table = pandas.DataFrame([timed({"functions": name, **options}) for name in SETS]).round(1)
    print(table.to_string(index=False))
    if not quick:
        write("tio2_features", "Features of TiO2", NOTES, list(table.columns), table.to_numpy().tolist())


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].startswith("{"):
        print(json.dumps(measure(**json.loads(sys.argv[1]))))
    else:
        main()
