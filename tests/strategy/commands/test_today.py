"""`simulate today`: its screen, its JSON, its exit codes."""

import json
import re

import pytest
from click.testing import CliRunner
from rich.console import Console

import market as markets
from reports.terminal.today import screen
from strategy.cli import cli
from strategy.plan import Plan
from strategy.run.simulation import simulate
from strategy.today import today
from tests.tolerances import LONG_SUMS


def ask(*words, code=0):
    # wide enough that no line breaks
    runner = CliRunner(env={"COLUMNS": "400"})
    result = runner.invoke(cli, ["today", "short_long", *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def document(*words):
    return json.loads(ask("--json", *words))


@pytest.fixture(scope="module")
def bundle():
    return markets.load(Plan(name="x").data)


def test_json_has_a_status_and_the_exit_code_is_0_whatever_it_is():
    found = {
        day: document("--date", day)["status"]
        for day in ("2024-11-21", "2018-12-03", "2008-02-14", "1999-06-01", "2027-01-01")
    }
    assert found == {
        "2024-11-21": "orders",
        "2018-12-03": "holding",
        "2008-02-14": "hedged",
        "1999-06-01": "idle",
        "2027-01-01": "stale",
    }


def test_capital_sets_amount_units_and_futures():
    held = document("--date", "2018-12-03", "--capital", "250000", "--multiplier", "5")
    tactical = held["tactical"]
    assert tactical["amount"] == pytest.approx(tactical["weight"] * 250_000)
    assert tactical["units"] == pytest.approx(tactical["amount"] / held["price"])
    assert tactical["futures"] == pytest.approx(tactical["units"] / 5)
    screen_text = ask("--date", "2018-12-03", "--capital", "250000")
    assert "of 250,000" in screen_text and "futures of 50" in screen_text


def test_what_is_held_has_the_size_that_its_sale_has():
    # units are fixed at the entry; after the close of 1990-12-07 the rest of the leg is to be sold
    leaving = document("--date", "1990-12-07")
    (sale,) = leaving["orders_next_open"]
    assert sale["reason"] == "failed_breakout"
    for name in ("amount", "units", "futures"):
        assert leaving["tactical"][name] == pytest.approx(sale[name], rel=LONG_SUMS)


def test_an_option_is_not_counted_in_futures():
    held = document("--date", "2008-02-14", "--set", "hedge.instrument=put")
    assert held["hedge"]["held"] > 0.0
    assert held["hedge"]["futures"] is None
    short = document("--date", "2008-02-14")["hedge"]
    assert short["futures"] == pytest.approx(short["amount"] / (short_price() * 50.0))


def short_price():
    return document("--date", "2008-02-14")["price"]


def test_stale_inputs_and_old_prices_are_red(bundle):
    content = today(Plan(name="x"), bundle, "2027-01-01", rules=False).content
    stale = [i for i in content["inputs"] if i["stale"]]
    assert stale
    console = Console(width=80, force_terminal=True, color_system="standard", highlight=False)
    with console.capture() as capture:
        console.print(screen(content))
    lines = capture.get().splitlines()
    red = " ".join(line for line in lines if "\x1b[31m" in line or "\x1b[1;31m" in line)
    assert "the prices are old" in red
    assert "87 days older" in red
    for row in stale:
        assert row["series"].split("_")[0] in red


def test_the_age_of_every_input_is_shown(bundle):
    content = today(Plan(name="x"), bundle, "2018-12-03", rules=False).content
    console = Console(width=1000, highlight=False)
    with console.capture() as capture:
        console.print(screen(content))
    text = capture.get()
    for row in content["inputs"]:
        age = (
            "no figure yet" if row["stamp"] is None else f"{row['stamp']} ({row['age_days']} days)"
        )
        assert f"{row['series']} {age}" in text


def test_a_weekend_is_answered_for_the_session_before_and_says_so():
    text = ask("--date", "2024-11-23")
    assert "after the close of 2024-11-22" in text
    assert "asked for 2024-11-23, which is no session in the data" in text


def test_a_date_past_the_data_is_answered_as_stale_and_says_how_old():
    text = ask("--date", "2027-01-01")
    assert "this is no answer for today" in text
    assert "the last price is 87 days older" in text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--date", "1949-05-01"), "no session on or before 1949-05-01; expected a date from"),
        (("--date", "soon"), "got 'soon'; expected a date as YYYY-MM-DD"),
        (("--date", ""), "expected a date as YYYY-MM-DD"),
        (("--date", "2024-02-30"), "expected a date as YYYY-MM-DD"),
        (("--date", "2018-W49-1"), "expected a date as YYYY-MM-DD"),
        (("--date", "2018-12-03T09:00"), "expected a date as YYYY-MM-DD"),
        (("--capital", "0"), "expected an amount above 0"),
        (("--capital", "nan"), "expected an amount above 0"),
        (("--multiplier", "-1"), "expected an amount above 0"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(words, answer):
    text = ask(*words, code=2)
    assert answer in text
    assert text.count("\n") <= 2 and "Traceback" not in text


@pytest.mark.parametrize(
    ("day", "long", "hedge"),
    [
        ("2018-06-01", "waiting", None),  # between two anchors
        ("2018-11-21", "enter", None),  # the anchor
        ("2018-12-03", "holding", None),  # inside the leg, one part sold
        ("2008-02-14", "waiting", "held"),  # the hedge year
    ],
)
def test_state_of_long_and_hedge_on_four_kinds_of_day(day, long, hedge):
    found = document("--date", day)
    assert found["tactical"]["status"] == long
    if hedge:
        assert found["hedge"]["status"] == hedge
    assert {"status", "as_of", "orders_next_open", "inputs", "rules"} <= set(found)


def test_asked_for_a_past_date_the_ratio_held_is_the_runs(bundle):
    run = simulate(Plan(name="x"), bundle)
    v = next(v for v in run.vintages if v.schedule.year == 2007)
    at = bundle.sessions.get_loc("2008-02-14")
    found = document("--date", "2008-02-14")["hedge"]
    assert found["held"] == pytest.approx(float(v.hedge_held[at - v.hedge.window.first]))


def test_the_chinese_screen_has_the_same_numbers():
    def numbers(text):
        return sorted(re.findall(r"[0-9][0-9.,]*[0-9]", text))

    chinese = ask("--date", "2018-12-03", "--lang", "zh-Hant")
    assert "停損" in chinese and "下一個交易日有效的委託單" in chinese
    assert not re.search(r"\b(held|from here|orders|index units|futures)\b", chinese)
    assert numbers(chinese) == numbers(ask("--date", "2018-12-03"))
