"""Measurements in fresh processes that are held to some processor cores."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
THREAD_VARIABLES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def peak_memory():
    """The most memory that this process has held, in GB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage() would tell that of the process which started this one, if it held more
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def run_alone(module, options, n_cores):
    """Runs `python -m module OPTIONS` on `n_cores` cores, in a process of its own, and returns the JSON it prints last.

    Cores and threads are fixed before TensorFlow starts: later it no longer heeds them. Peak memory is then that of
    this measurement too.

    Args:
        module: Name of a module that reads its options as JSON from its first argument.
        options: Dict, ready for JSON.
        n_cores: Int.
    """
    threads = dict.fromkeys(THREAD_VARIABLES, str(n_cores))
    environment = os.environ | threads | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", module, json.dumps(options)]
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None  # Linux has it, macOS has not
    if allowed:
        os.sched_setaffinity(0, sorted(allowed)[:n_cores])  # the new process inherits it
    try:
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    finally:
        if allowed:
            os.sched_setaffinity(0, allowed)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def processor_times(function, repeats):
    """Seconds of processor time that each of `repeats` calls takes, after one that is not counted: it compiles."""
    function()
    measured = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        measured.append(time.process_time() - start)
    return measured
