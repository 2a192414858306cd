"""The README, the pages of docs and the tutorials: each is run as written, in a process of its own."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[1]
RUNNER = Path(__file__).with_name("run_document.py")
PAGES = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.parent.name != "gallery"]  # that is made
DOCUMENTS = [ROOT / "README.md", *PAGES]
steps = runpy.run_path(str(RUNNER))["steps"]
# What a block may be besides Python and bash: output, and directives of Sphinx.
NOT_RUN = {"text", "{toctree}", "{include}", "{eval-rst}"}
TRAINING = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def name(path):
    return path.relative_to(ROOT).as_posix()


@TRAINING
@pytest.mark.slow
@pytest.mark.parametrize("path", [p for p in DOCUMENTS if steps(p.read_text(encoding="utf-8"))], ids=name)
def test_document_runs(path, tmp_path):
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "MPLBACKEND": "Agg"}
    command = [sys.executable, str(RUNNER), str(path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_block_is_run_or_is_output(path):
    languages = re.findall(r"^```(\{code-cell\}|[^\s`]*)", path.read_text(encoding="utf-8"), re.MULTILINE)[::2]
    assert set(languages) <= {"python", "bash", "{code-cell}"} | NOT_RUN


def test_steps_of_the_readme_are_found():
    found = steps((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [language for language, _ in found] == ["python", "bash", "bash"]
    commands = found[1][1].splitlines()
    assert [line.split()[1] for line in commands] == ["train", "predict", "relax", "descriptors", "list"]
    assert found[2][1].startswith("atomzoo convert")


def test_links_between_documents_lead_to_files():
    for path in DOCUMENTS:
        text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            made = "gallery/" in link  # Sphinx says if these are missing
            assert "://" in link or made or (path.parent / link).exists(), f"{name(path)}: {link}"
