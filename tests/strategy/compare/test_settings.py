"""Keys of plans that differ: by hand, and as `simulate runs` says them."""

import json

from click.testing import CliRunner

from reports.stored.runs_database import list_runs
from strategy.commands.runs import runs
from strategy.compare.settings import differing_settings
from strategy.compare.stored import StoredRun
from tests.reports.folders import make_folder


def stored(tmp_path, **plan):
    return StoredRun(tmp_path, {"plan": plan})


def test_keys_that_differ_by_hand(tmp_path):
    a = stored(tmp_path, name="a", tactical={"stop": 0.03, "target": 0.1}, extra=1)
    b = stored(tmp_path, name="b", tactical={"stop": 0.02, "target": 0.1})
    assert differing_settings([a, b]) == [("tactical.stop", [0.03, 0.02]), ("extra", [1, None])]
    assert differing_settings([a, b], shared_only=True) == [("tactical.stop", [0.03, 0.02])]
    assert differing_settings([a, a]) == []


def changed(folder, file, path, value):
    content = json.loads((folder / file).read_text())
    inner = content
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    (folder / file).write_text(json.dumps(content))


def test_the_list_says_which_keys_differ(tmp_path):
    first = make_folder(tmp_path, "a" * 12, name="alpha").folder
    make_folder(tmp_path, "b" * 12, name="alpha", seed=7)
    make_folder(tmp_path, "c" * 12, name="beta")
    said = CliRunner().invoke(runs, ["list", "--runs", str(tmp_path)]).output
    assert "alpha: keys that differ" in said and "what differs is the data" in said
    assert "beta: keys" not in said
    changed(first, "run.json", ("plan", "tactical", "stop"), 0.0025)
    said = CliRunner().invoke(runs, ["list", "--runs", str(tmp_path)]).output
    assert f"{'a' * 12}  tactical.stop=0.0025" in said
    rows = json.loads(CliRunner().invoke(runs, ["list", "--runs", str(tmp_path), "--json"]).output)
    differs = {row["id"][0]: row["differs"] for row in rows}
    assert differs["a"] == {"tactical.stop": 0.0025} and differs["c"] == {}


def test_a_path_shorter_than_a_year_has_no_return_a_year(tmp_path):
    folder = make_folder(tmp_path, "a" * 12, name="alpha").folder
    for sessions, told in ((251, False), (252, True)):
        changed(folder, "metrics.json", ("total", "sessions"), sessions)
        (entry,) = list_runs(tmp_path, rebuild=True).entries
        assert (entry.cagr is not None) is told
