"""Exits, orders, instruments and fates of a hedge are called the same on screens and pages."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from market.serialise import plain
from reports.run.hedge_section import hedge_tables
from reports.run.report import build_report
from reports.terminal.hedge import comparison, tables
from reports.terminal.run import RunFacts, summarise
from reports.text.format import words
from reports.text.hedge_words import COSTS, INSTRUMENTS
from reports.text.language import LANGUAGES, speaking
from reports.text.words import EXIT_REASONS, REASONS
from strategy.account.instructions import ORDER_REASONS
from strategy.hedge.cost_lines import COST_LINES
from strategy.hedge.vintage import HEDGE_STATUS
from strategy.legs.reasons import Reason
from strategy.plan.instruments import INSTRUMENT_NAMES
from tests.reports.page import parse
from tests.reports.stand_in import make_result
from tests.strategy.hedged_market import dear_plan, random_market
from tests.strategy.tiny_market import outcome_of

CODES = [*(reason.label for reason in Reason), *ORDER_REASONS.values()]
OTHERS = [tag for tag in LANGUAGES if tag != "en"]


def printed(*shown: object) -> str:
    """What a wide terminal gets, its runs of blanks made one."""
    console = Console(width=400, record=True, file=io.StringIO())
    console.print(*shown)
    return " ".join(console.export_text().split())


def test_every_reason_of_an_exit_or_an_order_has_words():
    assert set(REASONS) == set(CODES)
    assert set(EXIT_REASONS) == {reason.label for reason in Reason}


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("code", CODES)
def test_a_reason_is_told_in_the_language(tag, code):
    with speaking(tag):
        assert words(code) != REASONS[code]


def test_screen_and_page_give_an_exit_the_same_words():
    result = make_result()
    counts = {code: n for n, code in enumerate(EXIT_REASONS, start=1)}
    result.metrics["tactical"]["exit_reasons"] = counts
    metrics = outcome_of(dear_plan("short"), random_market(3)).metrics
    ended = metrics | {"tactical": metrics["tactical"] | {"exit_reasons": counts}}
    screen = printed(summarise(RunFacts("p", ended, [], Path("runs/p"), [])))
    page = parse(build_report(result)).get_text(" ").split()
    for code, n in counts.items():
        assert f"{EXIT_REASONS[code]} {n}" in screen
        assert f"{EXIT_REASONS[code]} {n}" in " ".join(page)


@pytest.fixture(scope="module")
def report():
    """The report of a short hedge, as if every fate and every cost had happened."""
    found = outcome_of(dear_plan("short"), random_market(3)).hedge_report
    fates = dict.fromkeys(HEDGE_STATUS, 3)
    costs = dict.fromkeys(COST_LINES, 0.01)
    return replace(found, summary=found.summary | {"statuses": fates, "costs": costs})


def test_screen_and_page_give_the_fates_and_costs_of_a_hedge_the_same_words(report):
    screen = printed(*tables(report))
    of_page = {table.id: table for table in hedge_tables(plain(report.as_dict()))}
    fates = [label for label, _ in of_page["hedge-fates"].rows]
    costs = [label for label, _ in of_page["hedge-costs"].rows]
    assert fates == list(HEDGE_STATUS.values())
    assert costs == [COSTS[line] for line in COST_LINES]
    assert [label for label in fates if f"vintages: {label} 3" not in screen] == []
    assert [label for label in costs if f"mean cost: {label} +1.00%" not in screen] == []


def test_the_file_of_a_hedge_carries_the_words_of_its_fates():
    found = outcome_of(dear_plan("short"), random_market(3)).hedge_report
    meanings = plain(found.as_dict())["summary"]["status_meanings"]
    assert meanings
    assert all(meanings[status] == str(HEDGE_STATUS[status]) for status in meanings)


@pytest.mark.parametrize("name", INSTRUMENT_NAMES)
def test_screen_and_page_call_an_instrument_the_same(report, name):
    named = replace(report, summary=report.summary | {"instrument": name})
    assert f"Hedge: {INSTRUMENTS[name]}" in printed(*tables(named))
    assert printed(comparison({name: report})).count(str(INSTRUMENTS[name])) == 1
