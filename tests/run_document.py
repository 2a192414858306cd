"""Runs the code of a Markdown file from top to bottom, as a notebook: `python tests/run_document.py FILE`.

Python blocks share one namespace. Shell commands, in `bash` blocks or indented by four spaces in the text, run between
them. What is not run here: installation and tests themselves, DFT, and what takes minutes to hours.
"""

import re
import subprocess
import sys
from pathlib import Path

LEFT_OUT = ("pip install", "pytest", "atomzoo refine", "atomzoo tune", "atomzoo reproduce", "python -m benchmarks")
BLOCK = re.compile(r"^```(\{code-cell\}|[\w{}:.-]*)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?<=\n\n)((?:    \S.*\n)+)")
LANGUAGES = {"python": "python", "{code-cell}": "python", "bash": "bash"}


def steps(text):
    """List of (language, code) in the order of the text, language "python" or "bash", without what is left out."""
    found = [(m.start(), LANGUAGES[m[1]], m[2]) for m in BLOCK.finditer(text) if m[1] in LANGUAGES]
    without_blocks = BLOCK.sub(lambda m: " " * len(m[0]), text)
    found += [(m.start(), "bash", re.sub("^    ", "", m[1], flags=re.M)) for m in INDENTED.finditer(without_blocks)]
    parts = [(language, kept(code) if language == "bash" else code) for _, language, code in sorted(found)]
    return [(language, code) for language, code in parts if code.strip()]


def kept(commands):
    """The commands, without those that are left out; a backslash at the end of a line joins it to the next."""
    whole = re.findall(r"(?:.*\\\n)*.*\n", commands)
    return "".join(line for line in whole if not re.sub(r"^\w+=\S+ ", "", line).startswith(LEFT_OUT))


def run(path):
    namespace = {"__name__": "__main__"}
    for number, (language, code) in enumerate(steps(path.read_text(encoding="utf-8"))):
        if language == "bash":
            subprocess.run(["bash", "-ec", code], check=True)
        else:
            exec(compile(code, f"{path.name}, block {number}", "exec"), namespace)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
