"""The site: what Sphinx makes of this folder (`make docs`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

project = "simulate"
author = "simulate contributors"
project_copyright = author
extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath"]
html_theme = "furo"
html_title = "simulate"
html_static_path: list[str] = []
html_copy_source = False
html_show_sphinx = False
# the theme's own search and scripts lie beside the pages; nothing is loaded from elsewhere
html_theme_options: dict[str, Any] = {"top_of_page_buttons": []}


def setup(app: Any) -> None:
    """Notebooks are pages too."""
    from docs.notebooks import NotebookParser

    app.add_source_suffix(".ipynb", "notebook")
    app.add_source_parser(NotebookParser)
    app.connect("source-read", _links_inside)


def _links_inside(_app: Any, _name: str, source: list[str]) -> None:
    """A page of the repository that the site has under a name of its own."""
    source[0] = source[0].replace("](../market/bundle/SOURCES.md", "](sources.md")
