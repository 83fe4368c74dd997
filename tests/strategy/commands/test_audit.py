"""`simulate audit`, `simulate signals` and `simulate rules` on the command line."""

import json

import pytest
from click.testing import CliRunner

from signals import RULES
from strategy.cli import cli

CLAIMS = """
as_of: 2018-11-21
claims:
  - id: december
    section: here
    says: December rises
    event: {kind: month, month: 12}
    outcome: {measure: return}
    claimed: {mean: 0.018}
  - id: breadth
    says: a thrust is good
    event: {kind: rule, rule: breadth_thrust}
    horizon: {months: 1}
    outcome: {measure: return}
readings:
  - {id: close, says: the close, series: prices, stated: 2650, tolerance: 0.001}
forecasts:
  - {id: zone, says: the zone, statement: {kind: touches, level: zone_low}, by: 2018-12-14}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a plan on a few years of data, and claims beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text("name: x\ndata: {start: 2015-01-01, end: 2019-01-31}\n")
    (tmp_path / "claims.yaml").write_text(CLAIMS.lstrip())
    return tmp_path


def simulate(*arguments, exit_code=0):
    done = CliRunner().invoke(cli, [str(a) for a in arguments], prog_name="simulate")
    assert done.exit_code == exit_code, (done.stdout, done.stderr, done.exception)
    return done


def error(*arguments):
    done = simulate(*arguments, exit_code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


# ---- audit ------------------------------------------------------------------------------------


def test_an_audit_prints_verdicts_and_writes_three_files(here):
    text = simulate("audit", "plan.yaml").stdout
    for words in ("Claims on trial", "december", "not testable", "The plan against the tape"):
        assert words in text
    assert "happened" in text
    (folder,) = (here / "audits").iterdir()
    assert folder.name.startswith("x-")
    assert sorted(p.name for p in folder.iterdir()) == ["audit.csv", "audit.html", "audit.json"]


def test_the_same_seed_gives_the_same_bytes_and_another_another_folder(here):
    first = simulate("audit", "plan.yaml", "--out", "one", "-q").stdout.strip()
    again = simulate("audit", "plan.yaml", "--out", "two", "-q", "--seed", 0).stdout.strip()
    assert first.removeprefix("one/") == again.removeprefix("two/")
    for name in ("audit.csv", "audit.json"):
        assert (here / first / name).read_bytes() == (here / again / name).read_bytes()
    other = simulate("audit", "plan.yaml", "--out", "one", "-q", "--seed", 1).stdout.strip()
    assert other != first


def test_json_prints_what_the_file_holds(here):
    document = json.loads(simulate("audit", "plan.yaml", "--json").stdout)
    kept = json.loads((here / document["files"]["audit.json"]).read_text())
    assert {k: document[k] for k in kept} == kept
    assert document["audit_id"] in document["folder"]
    assert document["same_as_before"] is False


def test_claims_can_be_named(here):
    other = here / "mine.yaml"
    other.write_text("as_of: 2018-11-21\nclaims: []\n")
    text = simulate("audit", "plan.yaml", "--claims", "mine.yaml").stdout
    assert "0 claims" in text
    assert "no such file" in error("audit", "plan.yaml", "--claims", "absent.yaml")


def test_mistakes_are_one_line_and_leave_nothing(here):
    (here / "claims.yaml").write_text(CLAIMS.lstrip().replace("month: 12", "month: 13"))
    assert "claims.yaml:6: claims[0].event.month: got 13" in error("audit", "plan.yaml")
    assert not (here / "audits").exists()


def test_out_that_is_a_file_is_refused_before_the_work(here, monkeypatch):
    (here / "audits").write_text("x")

    def never(*_, **__):
        raise AssertionError("the audit was made for nothing")

    monkeypatch.setattr("strategy.audit.audit.audit", never)
    assert "a file" in error("audit", "plan.yaml")


# ---- signals ----------------------------------------------------------------------------------


def states(*arguments):
    return json.loads(simulate("signals", *arguments, "--json").stdout)


def test_every_rule_has_a_state_and_every_unavailable_one_a_reason(here):
    document = states("plan.yaml")
    assert {r["name"] for r in document["rules"]} == set(RULES)
    assert document["session"] == "2019-01-31"
    assert sum(document["counts"].values()) == len(RULES)
    for rule in document["rules"]:
        assert rule["state"] in ("true", "false", "unavailable")
        if rule["state"] == "unavailable":
            assert rule["because"]
            assert rule["value"] is None
        else:
            assert rule["known_at"] <= document["session"]
            assert rule["stamp"] is not None


def test_unavailable_rules_are_never_hidden(here):
    text = simulate("signals", "plan.yaml").stdout
    for name in RULES:
        assert name in text
    assert "not loaded" in text


def test_a_day_without_a_session_is_answered_by_the_one_before_and_says_so(here):
    document = states("plan.yaml", "--date", "2018-12-25", "--family", "seasonality")
    assert document["session"] == "2018-12-24"
    assert "no session" in document["note"]
    late = states("plan.yaml", "--date", "2020-01-01", "--family", "seasonality")
    assert late["session"] == "2019-01-31"
    assert "the data end before it" in late["note"]
    assert "no session" in simulate("signals", "plan.yaml", "--date", "2018-12-25").stdout


def test_states_of_a_day_are_those_that_were_known_then(here):
    on = states("plan.yaml", "--date", "2018-06-29")
    cut = states("plan.yaml", "--set", "data.end=2018-06-29")
    assert on["rules"] == cut["rules"]


def test_rules_on_levels_take_the_plan_s(here):
    zone = "tactical.levels.zone=[6600, 6700]"
    extension = "tactical.levels.extension=[7000, 7100]"
    own = states("plan.yaml", "--family", "zone", "--set", zone, "--set", extension)
    touched = next(r for r in own["rules"] if r["name"] == "zone_touched")
    assert touched["parameters"]["zone"] == [6600.0, 6700.0]
    usual = states("plan.yaml", "--family", "zone")
    before = next(r for r in usual["rules"] if r["name"] == "zone_touched")
    assert touched["threshold"] == pytest.approx(before["threshold"] * 6600 / 6180)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--date", "21.11.2024"], "expected a day as YYYY-MM-DD"),
        (["--date", "1900-01-01"], "expected a day from 1950-01-03"),
        (["--family", "seasonalty"], "did you mean 'seasonality'?"),
    ],
)
def test_mistakes_in_signals_are_told(here, arguments, words):
    assert words in error("signals", "plan.yaml", *arguments)


# ---- rules ------------------------------------------------------------------------------------


def test_the_catalogue_lists_every_rule():
    rules = json.loads(simulate("rules", "--json").stdout)
    assert {r["name"] for r in rules} == set(RULES)
    text = simulate("rules").stdout
    for name in RULES:
        assert name in text
    assert "not computable" in text


def test_one_family_only():
    rules = json.loads(simulate("rules", "--family", "zone", "--json").stdout)
    assert {r["family"] for r in rules} == {"zone"}
    assert "did you mean 'zone'?" in error("rules", "--family", "zon")


def test_a_rule_by_name_or_id_tells_its_numbers():
    text = simulate("rules", "R14").stdout
    for words in ("streak_above_average", "streak_reached", "138", "article", "sessions"):
        assert words in text
    assert "negative_gamma" in simulate("rules", "negative_gamma").stdout
    assert "did you mean" in error("rules", "streek_reached")
