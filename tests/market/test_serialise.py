"""CSV and JSON: the same bytes for the same values, nothing a spreadsheet would run."""

import ast
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.serialise import csv_text, json_text, plain

ROOT = Path(__file__).resolve().parents[2]


def test_floats_are_their_shortest_exact_text():
    frame = pd.DataFrame({"x": [0.1, 1e-17, 1.0, -0.0, 123456789.123456789]})
    assert csv_text(frame) == "x\n0.1\n1e-17\n1.0\n0.0\n123456789.12345679\n"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_every_float_reads_back_as_itself(values):
    lines = csv_text(pd.DataFrame({"x": values})).splitlines()[1:]
    assert [float(line) for line in lines] == values


def test_missing_values_are_empty_cells():
    frame = pd.DataFrame({"a": [np.nan, 1.0], "b": [None, "x"], "c": [pd.NaT, pd.Timestamp(0)]})
    assert csv_text(frame) == "a,b,c\n,,\n1.0,x,1970-01-01\n"


def test_dates_truth_and_integers():
    frame = pd.DataFrame({"d": [dt.date(2024, 11, 21)], "t": [True], "n": [7]})
    assert csv_text(frame) == "d,t,n\n2024-11-21,true,7\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_text_that_starts_like_a_formula_is_disarmed(text):
    cell = csv_text(pd.DataFrame({"x": [text]})).splitlines()[1]
    assert cell.lstrip('"').startswith("'")


def test_negative_numbers_are_not_taken_for_formulas():
    assert csv_text(pd.DataFrame({"x": [-0.03], "n": [-1]})) == "x,n\n-0.03,-1\n"


def test_commas_quotes_and_line_breaks_stay_in_their_cell():
    frame = pd.DataFrame({"x": ['a,"b"\nc'], "y": ["短多長空 🚀"]})
    assert csv_text(frame) == 'x,y\n"a,""b""\nc",短多長空 🚀\n'


def test_json_has_sorted_keys_and_null_for_what_is_not_a_number():
    text = json_text({"b": np.float64("nan"), "a": [np.int64(3), float("inf"), pd.NaT]})
    assert text == '{\n  "a": [\n    3,\n    null,\n    null\n  ],\n  "b": null\n}\n'


def test_json_takes_dates_arrays_and_tuples():
    value = {"d": dt.date(2020, 1, 2), "x": np.array([0.5, 0.25]), "t": (1, True, None)}
    assert json.loads(json_text(value)) == {
        "d": "2020-01-02",
        "x": [0.5, 0.25],
        "t": [1, True, None],
    }


def test_what_has_no_json_form_is_an_error_and_not_a_guess():
    with pytest.raises(TypeError, match="no JSON form"):
        plain({"x": object()})


#: Formats of their own: the manifest of the bundle, versions and held-back rows of the cache.
OWN_FORMATS = {"market/bundle/build.py", "market/cache/version.py", "market/cache/pending.py"}


def test_json_of_files_and_screens_is_written_in_one_place():
    writers = set()
    for package in ("market", "signals", "strategy", "reports"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func)
                    in (
                        "json.dump",
                        "json.dumps",
                    )
                    and any(keyword.arg == "indent" for keyword in node.keywords)
                ):
                    writers.add(str(path.relative_to(ROOT)))
    assert writers - OWN_FORMATS == {"market/serialise.py"}
