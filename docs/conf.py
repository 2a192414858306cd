"""Sphinx: `sphinx-build -W docs build/docs` writes the site to build/docs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from docstrings import to_sphinx  # noqa: E402
from gallery_pages import write_gallery  # noqa: E402

from atomzoo.version import __version__  # noqa: E402

project = "atomzoo"
author = "The atomzoo developers"
version = release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_title = f"atomzoo {__version__}"

exclude_patterns = ["papers"]  # parts of the gallery's pages

# Pages are not run here: tests/test_documents.py runs every block of them. For a site with outputs:
# sphinx-build -D nb_execution_mode=force docs build/docs
nb_execution_mode = "off"
nb_execution_timeout = 300
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
default_role = "code"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Call arguments", "params_style"), "Returns"]  # "Returns" is prose, not a type
copybutton_prompt_text = ">>> |\\.\\.\\. "
copybutton_prompt_is_regexp = True

write_gallery(Path(__file__).parent / "gallery")


def setup(app):
    app.connect("autodoc-process-docstring", to_sphinx, priority=100)  # before napoleon
