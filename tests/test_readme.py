"""Every command of the README and code block of README and docs, as written, each in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# What is not run here: installation and tests themselves, DFT, and what takes minutes to hours.
LEFT_OUT = ("pip install", "pytest", "atomzoo refine", "atomzoo tune", "atomzoo reproduce", "python -m benchmarks")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow"),
]


def code_blocks():
    texts = [README, *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))]
    return re.findall(r"^```python\n(.*?)^```", "\n".join(texts), re.DOTALL | re.MULTILINE)


def commands():
    """The indented lines between code blocks, a backslash at the end of a line joining it to the next."""
    text = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    lines = re.findall(r"^    (\S.*(?:\\\n.*)*)$", text, re.MULTILINE)
    return [line for line in lines if not re.sub(r"^\w+=\S+ ", "", line).startswith(LEFT_OUT)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that README's commands name, where each leaves its own for the next."""
    path = tmp_path_factory.mktemp("readme")
    (path / "datasets").symlink_to(ROOT / "datasets")
    return path


def run(arguments, folder):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("number", range(len(code_blocks())))
def test_code_block(number, folder):
    run([sys.executable, "-c", code_blocks()[number]], folder)


@pytest.mark.parametrize("number", range(len(commands())))
def test_command(number, folder):
    run(["bash", "-c", commands()[number]], folder)


def test_commands_are_found():
    assert [command.split()[:2] for command in commands()][:4] == [
        ["atomzoo", name] for name in ("train", "predict", "relax", "descriptors")
    ]
