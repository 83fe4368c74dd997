"""What notebooks show is named by address, and loaded when it is asked for."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from market.shown import Accessor, html_by

ROOT = Path(__file__).resolve().parents[2]


def addresses():
    """Every address that a module of the program gives to `Accessor` or `html_by`."""
    found = set()
    for package in ("market", "signals", "strategy"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if called in ("Accessor", "html_by"):
                    (address,) = node.args
                    found.add(ast.literal_eval(address))
    return sorted(found)


def test_what_has_a_plot_and_what_is_shown_as_html_is_known():
    named = [address.partition(":")[2] for address in addresses()]
    assert sorted(named) == [
        *("LegsPlots", "RunPlots", "ScenarioPlots", "SweepPlots"),
        *("legs_html", "legs_plan_html", "market_html", "plan_html", "result_html"),
        *("scenario_html", "sweep_html"),
    ]


@pytest.mark.parametrize("address", addresses())
def test_an_address_leads_to_something(address):
    module, _, name = address.partition(":")
    assert callable(getattr(import_module(module), name))


def test_an_accessor_is_made_of_the_object_and_is_itself_on_the_class():
    class Thing:
        size = Accessor("builtins:len")
        _repr_html_ = html_by("builtins:repr")

        def __len__(self):
            return 3

        def __repr__(self):
            return "<b>"

    assert Thing().size == 3
    assert isinstance(Thing.size, Accessor)
    assert Thing()._repr_html_() == "<b>"


def test_neither_a_plan_nor_its_html_loads_a_plotting_library():
    code = (
        "import sys\nfrom strategy.api import load_plan\nplan = load_plan('short_long')\n"
        "assert 'Plan short_long' in plan._repr_html_()\n"
        "assert not {'matplotlib', 'plotly', 'vectorbt', 'quantstats'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)
