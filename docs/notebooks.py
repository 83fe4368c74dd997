"""Notebooks of this folder: run anew, and shown on the site with what they printed.

    python -m docs.notebooks docs/notebook.ipynb

runs the cells in order, in this process, and keeps their outputs: text and
tables without ids that change with the code, pictures with few colours.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import html
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

#: Colours of a stored picture: flat areas and lines need no more.
COLOURS = 48
#: Twelve hex digits name code, data and plan; they are another's tomorrow.
IDS = re.compile(r"\b[0-9a-f]{12}\b")

Cell = dict[str, Any]


def run_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the outputs of its cells, run in order.

    Parameters
    ----------
    notebook : dict
        Content of an ``.ipynb`` file.

    Returns
    -------
    dict
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            outputs = run_cell("".join(cell["source"]), names)
            cell = {**cell, "outputs": outputs, "execution_count": None, "metadata": {}}
        cells.append(cell)
    return {**notebook, "cells": cells}


def run_cell(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """What a cell prints, and what its last line is."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append(
            {"output_type": "stream", "name": "stdout", "text": _text(printed.getvalue())}
        )
    if value is not None:
        data: dict[str, Any] = {"text/plain": _text(repr(value))}
        if (html_text := _asked(value, "_repr_html_")) is not None:
            data["text/html"] = _text(html_text)
        if (png := _asked(value, "_repr_png_")) is not None:
            data["image/png"] = base64.b64encode(_few_colours(png)).decode()
        outputs.append(
            {"output_type": "execute_result", "execution_count": None, "data": data, "metadata": {}}
        )
    return outputs


def as_markdown(notebook: dict[str, Any]) -> str:
    """The notebook as a page of MyST: cells, and below each what it gave."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        for output in cell["outputs"]:
            parts.append(_shown(output, source))
    return "\n\n".join(parts) + "\n"


def _shown(output: dict[str, Any], source: str) -> str:
    if output["output_type"] == "stream":
        return f"```text\n{''.join(output['text'])}```"
    data = output["data"]
    if "image/png" in data:
        alt = html.escape(source.strip().splitlines()[-1])
        shown = f'<img src="data:image/png;base64,{data["image/png"]}" alt="{alt}">'
        return f"```{{raw}} html\n{shown}\n```"
    if "text/html" in data:
        shown = "".join(data["text/html"])
        return f"```{{raw}} html\n<div class='table-wrapper'>{shown}</div>\n```"
    return f"```text\n{''.join(data['text/plain'])}\n```"


def _asked(value: Any, method: str) -> Any:
    """What a value shows itself as; None where it does not."""
    return getattr(value, method)() if hasattr(value, method) else None


def _text(text: str) -> list[str]:
    return IDS.sub("…", text).splitlines(keepends=True)


def _few_colours(png: bytes) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS)
    picture.save(target, format="png", optimize=True)
    return target.getvalue()


def _parser() -> Any:
    from myst_parser.parsers.sphinx_ import MystParser

    class Parser(MystParser):
        """A notebook, read as the page that `as_markdown` makes of it."""

        supported = ("notebook",)

        def parse(self, inputstring: str, document: Any) -> None:
            super().parse(as_markdown(json.loads(inputstring)), document)

    return Parser


def __getattr__(name: str) -> Any:
    # running a notebook needs no Sphinx
    if name == "NotebookParser":
        return _parser()
    raise AttributeError(name)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        done = run_notebook(json.loads(path.read_text(encoding="utf-8")))
        path.write_text(json.dumps(done, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
