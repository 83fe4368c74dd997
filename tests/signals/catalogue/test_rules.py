import re
from pathlib import Path

import numpy as np
import pytest

from market.errors import InputError
from market.series.catalogue import CATALOGUE
from signals import RULES, evaluate, find
from signals.catalogue.parameters import Parameter
from signals.catalogue.rules import PRICES, rule

IDS = sorted({entry.id for entry in RULES.values()})
RULE_PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules.md"
COLUMNS = {
    "value": "float64",
    "threshold": "float64",
    "state": "int8",
    "stamp": "datetime64[ns]",
    "known_at": "datetime64[ns]",
}


def classes_by_id():
    return {i: {c for r in RULES.values() if r.id == i for c in r.classes} for i in IDS}


@pytest.mark.parametrize("letter", ["R", "G"])
def test_ids_of_rules_are_numbers_without_a_gap(letter):
    """R for what the article names, G for what any plan may use."""
    found = [name for name in IDS if name.startswith(letter)]
    assert found == [f"{letter}{number:02}" for number in range(1, len(found) + 1)]


def test_every_rule_id_is_of_the_article_or_general():
    assert {name[0] for name in IDS} == {"R", "G"}


def page_rows(heading):
    """Cells of the table below a second-level heading of the rules' page."""
    (section,) = re.findall(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", RULE_PAGE.read_text(), flags=re.M | re.S
    )
    rows = [line for line in section.splitlines() if re.match(r"\| [RG]\d", line)]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_the_rules_page_says_of_every_id_where_it_stands_and_what_reads_it():
    of_id = {}
    for entry in RULES.values():
        if entry.id.startswith("R"):  # the article names it
            of_id.setdefault(entry.id, []).append(entry)
    wanted = [
        [
            i,
            entries[0].section,
            ", ".join(sorted({c for e in entries for c in e.classes})),
            ", ".join(f"`{e.name}`" for e in entries),
        ]
        for i, entries in sorted(of_id.items())
    ]
    said = [row[:3] + row[4:] for row in page_rows("What the article says")]
    assert said == wanted


def test_the_rules_page_defines_every_rule_that_is_computed():
    wanted = {
        (e.id, f"`{e.name}`", e.meaning, e.lag, e.proxy or "–", e.provenance)
        for e in RULES.values()
        if e.computable
    }
    said = {(*row[:3], *row[4:]) for row in page_rows("How each rule is computed")}
    assert said == wanted


def test_the_rules_page_says_why_a_rule_is_not_computed():
    wanted = {
        (e.id, f"`{e.name}`", e.meaning, e.reason, f"`{e.proxy}`" if e.proxy else "–")
        for e in RULES.values()
        if not e.computable
    }
    assert {tuple(row) for row in page_rows("What cannot be computed")} == wanted


def test_every_rule_of_a_usable_class_is_computable_or_says_why_not():
    for i, classes in classes_by_id().items():
        entries = [r for r in RULES.values() if r.id == i]
        if classes & set("abcdf"):
            assert any(r.computable or r.reason for r in entries), i
        assert all(bool(r.reason) != r.computable for r in entries), i


@pytest.mark.parametrize("entry", RULES.values(), ids=lambda r: r.name)
def test_entry_is_complete(entry):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", entry.name)
    assert entry.section
    assert entry.family
    assert entry.meaning
    assert entry.meaning[0].islower() or entry.meaning.startswith("Moody")
    assert entry.provenance in ("article", "author")
    if not entry.computable:
        assert entry.reason
        assert not entry.proxy or RULES[entry.proxy].computable
        return
    assert entry.unit
    assert entry.lag
    assert entry.inputs
    for group in entry.inputs:
        assert all(name == PRICES or name in CATALOGUE for name in group.split("|")), group
    for p in entry.parameters:
        assert p.unit, p
        assert p.meaning, p
        assert p.default is not None, p


@pytest.mark.parametrize("name", RULES)
def test_reading_has_the_agreed_columns(name, synthetic):
    reading = evaluate(synthetic, name)
    assert {k: str(v) for k, v in reading.dtypes.items()} == COLUMNS
    assert reading.index.equals(synthetic.sessions)
    assert reading.index.name == "date"
    blind = reading["state"] == -1
    assert reading["state"].isin([-1, 0, 1]).all()
    # unavailable and NaN are the same thing, and only then are there no dates
    assert (reading["value"].isna() == blind).all()
    assert (reading["stamp"].isna() == blind).all()
    assert (reading["known_at"].isna() == blind).all()
    seen = reading[~blind]
    assert (seen["known_at"] <= seen.index).all()
    assert (seen["stamp"] <= seen.index).all()
    assert (seen["stamp"] <= seen["known_at"]).all()


@pytest.mark.parametrize("name", [n for n, r in RULES.items() if set(r.inputs) != {PRICES}])
def test_rule_is_unavailable_without_its_series(name, build):
    market = build.closes(np.linspace(100.0, 130.0, 600))
    reading = evaluate(market, name)
    assert (reading["state"] == -1).all()
    assert reading["value"].isna().all()
    if RULES[name].computable:
        assert RULES[name].missing(market) == tuple(g for g in RULES[name].inputs if g != PRICES)


@pytest.mark.parametrize("name", [n for n, r in RULES.items() if len(r.inputs) > 1])
def test_rule_is_unavailable_when_one_of_its_series_is_missing(name, synthetic):
    from dataclasses import replace

    for group in RULES[name].inputs:
        if group == PRICES:
            continue
        lacking = {k: v for k, v in synthetic.series.items() if k not in group.split("|")}
        assert (evaluate(replace(synthetic, series=lacking), name)["state"] == -1).all()


@pytest.mark.parametrize("name", RULES)
def test_rule_reads_an_empty_and_a_one_day_market(name, synthetic):
    assert len(evaluate(synthetic.until("1999-01-01"), name)) == 0
    assert len(evaluate(synthetic.until(synthetic.sessions[0]), name)) == 1


@pytest.mark.parametrize("name", [n for n, r in RULES.items() if set(r.inputs) - {PRICES}])
def test_rule_is_unavailable_where_its_series_ended_long_ago(name, synthetic):
    from dataclasses import replace

    ended = {k: s.until("2024-01-31") for k, s in synthetic.series.items()}
    stale = evaluate(replace(synthetic, series=ended), name)
    assert (stale.loc["2025-06-01":, "state"] == -1).all()


def test_id_with_one_signal_finds_it():
    assert find("R04").name == "tactical_window"
    assert find("r04").name == "tactical_window"


def test_id_with_several_signals_names_them():
    with pytest.raises(InputError, match="weekly_average_touch"):
        find("R12")


def test_mistyped_name_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'weekly_average_touch'"):
        find("weekly_average_tuch")


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("streak_above_average", {"windw": 20}, "did you mean 'window'"),
        ("december", {"x": 1}, "the rule has no number"),
        ("streak_above_average", {"window": 0}, "at least 2"),
        ("streak_above_average", {"window": 20.5}, "a whole number"),
        ("streak_above_average", {"window": True}, "a whole number"),
        ("weekly_average_touch", {"tolerance": float("nan")}, "a number"),
        ("weekly_average_touch", {"tolerance": 0.5}, "at most 0.1"),
        ("zone_touched", {"mode": "exact"}, "one of ratio, structural, absolute"),
        ("zone_touched", {"zone": (6200.0, 6180.0)}, "two ascending numbers"),
        ("tactical_window", {"start": "21-11"}, "a date as MM-DD"),
        ("tactical_window", {"start": "11-31"}, "a date as MM-DD"),
        ("oil_capped", {"since": "2025"}, "a date as YYYY-MM-DD"),
    ],
)
def test_bad_parameter_is_refused(name, parameters, expected, build):
    with pytest.raises(InputError, match=re.escape(expected)):
        evaluate(build.closes([100.0, 101.0]), name, **parameters)


def test_not_computable_rule_is_unavailable_and_says_why(build):
    reading = evaluate(build.closes([100.0, 101.0]), "negative_gamma")
    assert (reading["state"] == -1).all()
    assert "not public" in RULES["negative_gamma"].reason


def test_a_rule_with_an_undescribed_number_is_refused():
    def a_rule_of_the_test(market, *, window: int = 3):
        raise AssertionError

    with pytest.raises(TypeError, match="described"):
        rule("R12", section="-", classes="a", meaning="m", unit="u")(a_rule_of_the_test)
    described = (Parameter("other", "sessions", "m"),)
    with pytest.raises(TypeError, match="described"):
        rule("R12", section="-", classes="a", meaning="m", unit="u", parameters=described)(
            a_rule_of_the_test
        )
    assert "a_rule_of_the_test" not in RULES


def test_two_rules_cannot_have_one_name():
    with pytest.raises(TypeError, match="two rules"):

        @rule("R37", section="-", classes="b", meaning="m", unit="u")
        def december(market):
            raise AssertionError
