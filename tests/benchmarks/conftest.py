"""The benchmarks are not installed: their tests import them from the top of the tree."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
