"""The summary on screen: every figure of the metrics, at 80 columns, without colour."""

import io
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reports.terminal.run import RunFacts, summarise

METRICS: dict[str, Any] = {
    "vintages": {"n": 63, "n_complete": 62, "first": 1962, "last": 2024, "unfinished": [2024]},
    "tactical": {
        "n": 60,
        "n_no_trade": 2,
        "exit_reasons": {"target_2": 2, "time": 40, "stop": 16, "stop_gap": 2, "no_room": 2},
        "mean": 0.00753,
        "mean_low": 0.00034,
        "mean_high": 0.01472,
        "median": 0.01274,
        "hits": 37,
        "hit_rate": 37 / 60,
        "hit_low": 0.464,
        "hit_high": 0.719,
        "worst": -0.03058,
        "worst_vintage": 1964,
        "best": 0.06092,
        "best_vintage": 1970,
        "share_of_sessions": 0.0495,
        "first_target_hits": 21,
        "first_target_rate": 21 / 62,
        "first_target_low": 0.223,
        "first_target_high": 0.470,
        "ambiguous_bars": 3,
        "ambiguous_vintages": 2,
        "mean_other_policy": 0.00912,
    },
    "hedge": {
        "n": 9,
        "n_not_hedged": 53,
        "n_blind": 37,
        "mean": -0.01387,
        "mean_low": -0.0311,
        "mean_high": 0.0034,
        "median": -0.0083,
        "hits": 2,
        "hit_rate": 2 / 9,
        "hit_low": 0.028,
        "hit_high": 0.6001,
        "worst": -0.05097,
        "worst_vintage": 2023,
        "best": 0.02079,
        "best_vintage": 2007,
        "parts": {"direction": -0.0137, "interest": 0.0038, "trading": -0.0002},
        "mean_cost": 0.00176,
        "mean_gain": -0.0137,
        "sum_return": -0.12487,
    },
    "next_year": {"n": 62, "falls_of_20": 11, "low": 0.092, "high": 0.2953},
    "total": {
        "first": "1962-11-21",
        "last": "2025-01-31",
        "sessions": 15652,
        "total_return": 388.4,
        "cagr": 0.10079,
        "volatility": 0.16739,
        "sharpe_excess": 0.3812,
        "sharpe": 0.6578,
        "against_core": {
            **{"alpha": 0.001, "alpha_low": -0.004, "alpha_high": 0.006},
            **{"beta": 1.01, "beta_low": 1.0, "beta_high": 1.02},
        },
        "max_drawdown": -0.48653,
        "worst_month": -0.21165,
    },
    "benchmark": {
        "first": "1962-11-21",
        "last": "2025-01-31",
        "sessions": 15652,
        "total_return": 388.4,
        "cagr": 0.09851,
        "volatility": 0.16226,
        "sharpe_excess": 0.3851,
        "sharpe": 0.6607,
        "max_drawdown": -0.54853,
        "worst_month": -0.21273,
    },
    "risk": {
        "min_coverage": 0.5,
        "mean_coverage": 0.366,
        "share_blind": 0.7,
        "components": {
            "cash": {
                "weight": 1.0,
                "share_available": 0.231,
                "first": "2001-11-21",
                "last": "2025-01-31",
                "mean": 0.19,
            },
            "rotation": {
                "weight": 0.5,
                "share_available": 0.0,
                "first": None,
                "last": None,
                "mean": None,
            },
        },
    },
    "data": {
        "prices": "sp500",
        "origin": "bundled",
        "close_only": False,
        "first": "1950-01-03",
        "last": "2025-01-31",
        "fills_at_open": 317,
        "share_on_copied_open": 0.4353,
        "sessions_without_bill_rate": 143,
        "absent_components": ["rotation"],
        "series": {
            "vix": {"first": "1990-01-02", "last": "2024-06-20", "rows": 8678},
            "dow": {"first": "2000-01-03", "last": "2022-11-07", "rows": 5750},
            "nyse": {"first": "2000-01-03", "last": "2022-11-07", "rows": 5750},
            "fms_cash": {"first": "2001-11-21", "last": "2026-02-17", "rows": 170},
        },
    },
}
UNFINISHED = {
    "vintage": 2024,
    "complete": False,
    "exit_reason": "time",
    "exit_date": "2024-12-13",
    "tactical_return": 0.0173,
    "hedge_mean_ratio": 0.375,
    "hedge_return": -0.0103,
    "total_return": 0.0214,
}
FACTS = RunFacts(
    name="short_long",
    metrics=METRICS,
    vintages=[{"vintage": 2023, "complete": True}, UNFINISHED],
    folder=Path("runs/short_long-abc"),
    files=["metrics.json", "report.html"],
)


def shown(facts=FACTS, width=80):
    target = io.StringIO()
    Console(file=target, width=width, color_system=None, highlight=False).print(summarise(facts))
    return target.getvalue()


def words(facts=FACTS):
    """The text without line breaks and columns."""
    return " ".join(shown(facts).split())


def changed(**parts):
    metrics = deepcopy(METRICS)
    for path, value in parts.items():
        section, _, key = path.partition("__")
        metrics[section][key] = value
    return RunFacts(**(vars(FACTS) | {"metrics": metrics}))


@pytest.mark.parametrize(
    "said",
    [
        "short_long 63 vintages, 1962 to 2024; 62 complete",
        "second target 2 · time 40 · stop 16 · stop, by gap 2 · no room below the zone 2",
        "+0.75% (95% interval +0.03% to +1.47%), median +1.27%",
        "61.7%: 37 of 60 (95% interval 46.4% to 71.9%, exact)",
        "-3.06% (1964), +6.09% (1970)",
        "3 in 2 vintages: mean +0.75% with the stop first, +0.91% with the target first",
        "9 of 62 years; in 37 the risk score was unknown throughout",
        "direction of the index -1.37%, interest earned +0.38%, fees and slippage -0.02%; mean",
        "mean cost 0.18%, mean gain before cost -1.37%; sum -12.49% of equity",
        "fell 20% or more from a high within the calendar year in 11 of 62 years",
        "11 of 62 years (95% interval 9.2% to 29.5%)",
        "1962-11-21 to 2025-01-31 plan core alone return a year +10.08% +9.85%",
        "volatility 16.7% 16.2%",
        "Sharpe over bills 0.38 0.39 Sharpe over zero 0.66 0.66",
        "in excess of bills, beta 1.01 (95% interval 1.00 to 1.02), alpha +0.10% a year",
        "max drawdown -48.65% -54.85%",
        "known on 30.0% of days; on average 36.6% of its weight has data, 50.0% is needed",
        "cash 1 23.1% 2001-11-21 2025-01-31",
        "rotation 0.5 none no data",
        "nothing usable for rotation",
        "dow, nyse 2022-11; vix 2024-06",
        "unknown on 143 sessions: cash earned 0",
        "43.5% of the 317 fills at an open used one that repeats the close before",
        "2024 time on 2024-12-13, tactical +1.73%; hedge so far -1.03%; total so far +2.14%",
        "runs/short_long-abc/ metrics.json report.html",
    ],
)
def test_the_summary_says(said):
    assert said in words()


def test_the_summary_fits_eighty_columns_and_needs_no_colour():
    text = shown()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert len(text.splitlines()) < 60


def test_a_narrow_screen_loses_no_figure():
    narrow = "".join(shown(width=50).split())
    for figure in ("+0.75%", "37of60", "-12.49%", "+10.08%"):
        assert figure in narrow


def test_a_series_that_ended_before_the_prices_is_named_and_one_that_did_not_is_not():
    assert "fms_cash" not in shown()


def test_an_unfinished_vintage_is_marked_as_in_no_average():
    assert "Unfinished, in no average" in shown()
    whole = RunFacts(**(vars(FACTS) | {"vintages": [{"vintage": 2023, "complete": True}]}))
    assert "Unfinished" not in shown(whole)


def test_the_newest_vintage_is_told_at_the_top_and_not_again_at_the_end(short_long):
    facts = RunFacts(
        **vars(FACTS)
        | {"metrics": short_long.metrics, "vintages": short_long.vintages.to_dict("records")}
    )
    text = shown(facts)
    assert text.index("Newest vintage: 2025, in no average yet") < text.index("Tactical leg")
    assert "Unfinished" not in text


def test_a_vintage_that_has_only_begun_tells_what_there_is():
    row = UNFINISHED | {
        "exit_reason": "open",
        "exit_date": None,
        "tactical_return": float("nan"),
        "hedge_mean_ratio": float("nan"),
        "hedge_return": 0.0,
    }
    text = words(RunFacts(**(vars(FACTS) | {"vintages": [row]})))
    assert "2024 still open; total so far +2.14%" in text
    assert "nan" not in text


def test_without_a_complete_vintage_nothing_is_averaged():
    facts = changed(vintages__n_complete=0, tactical__n=0, tactical__exit_reasons={}, hedge__n=0)
    text = words(facts)
    assert text.count("nothing to average: no vintage is complete") == 2
    assert "hit rate" not in text


def test_without_a_trade_the_reason_is_shown_and_nothing_is_averaged():
    facts = changed(tactical__n=0, tactical__exit_reasons={"gate": 62})
    text = words(facts)
    assert "entry conditions 62" in text
    assert "nothing to average: no vintage traded" in text


def test_without_a_hedge_there_is_no_hedge_return():
    text = words(changed(hedge__n=0, hedge__n_blind=0))
    assert "hedged 0 of 62 years the year after" in text


def test_a_hedge_that_ended_because_the_score_became_unknown_is_named():
    said = "bought back because the score became unknown in 1990, 2001"
    assert said in words(changed(hedge__bought_back_blind=[1990, 2001]))
    assert "became unknown" not in words(changed(hedge__bought_back_blind=[]))


def test_without_ambiguous_bars_that_is_said():
    assert "none: no bar reached both the stop and a target" in words(
        changed(tactical__ambiguous_bars=0)
    )


def test_missing_figures_are_shown_as_missing():
    text = words(changed(total__sharpe=None, total__worst_month=None, benchmark__sharpe=None))
    assert "Sharpe over zero - -" in text
    assert "worst month - -21.27%" in text


def test_a_path_shorter_than_a_year_is_not_scaled_to_one():
    text = words(changed(total__sessions=47, total__total_return=0.0214))
    assert "total return +2.14%" in text
    assert "return a year" not in text


def test_a_single_value_has_no_interval():
    facts = changed(hedge__n=1, hedge__hits=1, hedge__hit_rate=1.0, hedge__mean_low=None)
    assert "mean -1.39%, median -0.83%" in words(facts)


def test_markup_in_a_name_is_shown_as_text():
    facts = RunFacts(**(vars(FACTS) | {"name": "[red]<b>短多長空 💥[/red]"}))
    assert "[red]<b>短多長空 💥[/red]" in shown(facts)


def test_the_same_run_again_says_so():
    again = RunFacts(**(vars(FACTS) | {"again": True}))
    assert "same plan, data and code as before" in words(again)
    assert "as before" not in words()
