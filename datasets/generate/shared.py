"""What the programs of the data sets have in common."""

import argparse
from pathlib import Path

from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.io.reading import read_structures


def run_in_turns(runs, target, name):
    """Run chunk by chunk, next that which has the least part of its frames, until each has its number."""
    while True:
        key = min(runs, key=lambda k: len(runs[k].frames) / target[k])
        if len(runs[key].frames) >= target[key]:
            return
        added = runs[key].run_chunk()
        frames = runs[key].frames
        start = frames[-1].info["isomer"]
        print(f"{name}{key}: {added} steps from {start}, {len(frames)} of {target[key]}", flush=True)


def different_files(files):
    """Paths of files whose results, of the same names, go to one folder."""
    paths = [Path(file) for file in files]
    names = [path.stem for path in paths]
    twice = next((path for path in paths if names.count(path.stem) > 1), None)
    if twice is not None:
        raise ValueError(f"Files of the same name would overwrite each other. Received: {twice}, twice")
    return paths


def read_labelled(path):
    """The structures of a file, each with energy and forces."""
    structures = read_structures(path)
    try:
        labels(structures, ("energy", "forces"))
    except ValueError as error:
        raise ValueError(f"'{path}', {error}") from None
    return structures


def count(text):
    """A positive number of an option."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a positive number. Received: {text}")
    return int(text)
