"""Progress in a notebook: one line, rewritten in its place; silent everywhere else."""

import sys
from types import SimpleNamespace

import pytest

from reports import Progress
from reports.figures.progress import in_notebook, line


@pytest.fixture
def notebook(monkeypatch):
    """What a kernel was asked to show: (display or update, HTML)."""
    shell, tools = pytest.importorskip("IPython"), pytest.importorskip("IPython.display")
    shown = []

    def display(html, display_id):
        shown.append(("display", html.data))
        return SimpleNamespace(update=lambda html: shown.append(("update", html.data)))

    monkeypatch.setattr(shell, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(tools, "display", display)
    return shown


def test_stages_are_one_line_that_is_rewritten_and_emptied(notebook):
    with Progress() as progress:
        progress("vintages", 3, 60)
        progress("vectorbt's book", 0, 1)
    assert [kind for kind, _ in notebook] == ["display", "update", "update"]
    assert 'value="3" max="60"' in notebook[0][1] and "3 / 60" in notebook[0][1]
    assert notebook[1][1] == "<div>vectorbt&#39;s book</div>"
    assert notebook[2][1] == ""


def test_outside_a_notebook_nothing_is_shown(capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    with Progress() as progress:
        progress("vintages", 3, 60)
    assert not in_notebook()
    assert capsys.readouterr() == ("", "")


def test_names_of_stages_are_text():
    assert "<b>" not in line("<b>", 1, 2)
