"""Placebo dates keep count, spacing and season; p-values count what does as well."""

import numpy as np
import pandas as pd
import pytest

from strategy.audit.study.placebo import FEWEST, JITTER_SESSIONS, compare, judge, shifted, subsets
from strategy.audit.study.placebo import within_years as within
from strategy.audit.study.ranking import month_means, random_margins, table_of_years

SESSIONS = pd.bdate_range("1990-01-01", "2019-12-31")
DAY = SESSIONS.to_numpy().astype("datetime64[D]").astype(np.int64)


def test_moved_patterns_keep_count_spacing_and_season():
    at = np.array([SESSIONS.get_loc(d) for d in ("2001-03-05", "2001-06-04", "2010-11-22")])
    rows = shifted(DAY, at)
    assert rows.shape == (29 * (2 * JITTER_SESSIONS + 1), 3)
    row = rows[21 * 4 + JITTER_SESSIONS]  # moved by five years, not by sessions
    assert SESSIONS[row].strftime("%Y-%m-%d").tolist() == ["2006-03-06", "2006-06-05", "2015-11-23"]
    whole = rows[(rows >= 0).all(axis=1)]
    day_of_year = SESSIONS[whole.ravel()].day_of_year.to_numpy().reshape(whole.shape)
    off = np.abs(day_of_year - SESSIONS[at].day_of_year.to_numpy())
    assert np.minimum(off, 366 - off).max() <= 17


def test_what_runs_out_at_the_end_comes_in_at_the_beginning():
    at = np.array([SESSIONS.get_loc("2018-05-01")])
    years = {int(SESSIONS[r].year) for r in shifted(DAY, at)[:, 0] if r >= 0}
    assert years == set(range(1990, 2020)) - {2018}


def test_dates_without_a_neighbour_are_missing():
    hole = DAY[(DAY < DAY[2000]) | (DAY > DAY[2500])]
    rows = shifted(hole, np.array([3000]))
    assert (rows < 0).any()


def test_within_years_stays_in_the_year():
    year = np.repeat(np.arange(2000, 2010), 12)
    rows = within(np.random.default_rng(0), year, np.array([2003, 2007]), 500)
    assert (year[rows] == [2003, 2007]).all()
    assert len(set(rows[:, 0].tolist())) == 12


def test_subsets_have_no_repeats():
    rows = subsets(np.random.default_rng(0), 9, 4, 100)
    assert all(len(set(row)) == 4 for row in rows.tolist())


def test_p_counts_the_placebos_that_do_at_least_as_well_and_the_claim_itself():
    found = np.concatenate([np.zeros(195), np.full(4, 2.0)])
    assert compare("subset", found, 2.0, 1.0).p == 5 / 200
    assert compare("subset", found, 2.0, -1.0).p == 200 / 200
    assert np.isnan(compare("subset", found[: FEWEST - 1], 2.0, 1.0).p)


def test_figures_are_told_as_differences_from_all_dates():
    values = np.array([0.0, 1.0, 2.0, 3.0])
    rows = np.tile([[1, 2]], (FEWEST, 1))
    found = judge("subset", rows, "mean", values, values > 0, 2.5, 1.5, 1.0)
    assert found.mean == 0.0
    assert found.p == 1 / (1 + FEWEST)


def test_placebos_that_lost_too_many_dates_do_not_count():
    rows = np.full((FEWEST, 4), -1)
    rows[:, 0] = 1
    assert judge("shift", rows, "mean", np.ones(5), np.ones(5), 1.0, 1.0, 1.0).n == 0


def test_rank_and_margin_of_a_month():
    month = np.tile(np.arange(12), 10)
    values = np.tile(np.arange(12) / 100.0, 10)
    best = month_means(values, month, 11, 1.0)
    assert best.rank == 1
    assert best.margin == pytest.approx(0.01)
    assert month_means(values, month, 11, -1.0).rank == 12
    assert month_means(values, month, 0, -1.0).margin == pytest.approx(0.01)


def test_months_dealt_at_random_know_how_rare_a_margin_is():
    rng = np.random.default_rng(4)
    year = np.repeat(np.arange(50), 12)
    month = np.tile(np.arange(12), 50)
    values = rng.normal(0, 0.04, 600)
    table = table_of_years(np.append(values, 9.0), np.append(month, 0), np.append(year, 99))
    assert table.shape == (50, 12)  # a year that is not whole is left out
    margins = random_margins(rng, table, 1.0, 600)
    # one month of twelve is the best one
    assert (margins > 0).mean() == pytest.approx(1 / 12, abs=0.03)
