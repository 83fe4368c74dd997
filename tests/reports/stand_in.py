"""A stand-in for `Result`: made-up prices, plausible tables, the same columns."""

from __future__ import annotations

import itertools
import math
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from market.container import Market, Observations
from market.series.definition import SeriesSpec
from strategy.plan import Plan

STOP = 0.03
ZONE = (6180 / 5950, 6200 / 5950)
EXTENSION = (6450 / 5950, 6500 / 5950)


def make_prices(first: int, last: int, seed: int) -> pd.DataFrame:
    """Random OHLC of every weekday from November of `first` - 1 to January of `last` + 1."""
    sessions = pd.bdate_range(f"{first - 1}-01-02", f"{last + 1}-01-31", name="date")
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.009, len(sessions))))
    open_ = np.r_[close[0], close[:-1]] * np.exp(rng.normal(0.0, 0.002, len(sessions)))
    reach = np.abs(rng.normal(0.0, 0.004, (2, len(sessions))))
    return pd.DataFrame(
        {
            "open": open_,
            "high": np.maximum(open_, close) * (1 + reach[0]),
            "low": np.minimum(open_, close) * (1 - reach[1]),
            "close": close,
        },
        index=sessions,
    )


def make_market(prices: pd.DataFrame) -> Market:
    """The prices with one monthly series that has a hole."""
    stamps = pd.date_range(prices.index[0], prices.index[-1], freq="ME").delete([3, 4])
    frame = pd.DataFrame(
        {
            "value": np.linspace(3.0, 6.0, len(stamps)),
            "known_at": stamps + pd.Timedelta(days=20),
        },
        index=pd.DatetimeIndex(stamps, name="stamp"),
    )
    cash = SeriesSpec(
        id="fms_cash",
        title="Fund managers' cash level",
        unit="percent",
        frequency="monthly",
        lag="published on the third Tuesday",
        staleness_days=62,
        source="press",
        licence="facts",
        defects=("the survey's own thresholds changed over the years",),
    )
    index = SeriesSpec(
        id="sp500",
        title="S&P 500",
        unit="index points",
        frequency="daily",
        lag="close of the session",
        staleness_days=7,
        source="made up",
        licence="none",
        defects=("price only: no dividends",),
        columns=("close", "open", "high", "low"),
    )
    return Market(
        id="sp500",
        prices=prices,
        series=MappingProxyType(
            {"fms_cash": Observations(spec=cash, frame=frame, origin="bundled", sha256="c" * 64)}
        ),
        price_spec=index,
        hashes=MappingProxyType({"sp500": "a" * 64, "fms_cash": "c" * 64}),
    )


def _leg(prices: pd.DataFrame, anchor: int, last: int, timed: bool) -> dict[str, Any]:
    close0 = float(prices["close"].iloc[anchor])
    r_lo, r_hi, e_lo = close0 * ZONE[0], close0 * ZONE[1], close0 * EXTENSION[0]
    entry = anchor + 1
    p0 = float(prices["open"].iloc[entry])
    stop = p0 * (1 - STOP)
    left = {1: 0.5, 2: 0.5}
    exits: list[tuple[int, int, float, str]] = []
    ambiguous = 0
    high_seen = low_seen = p0
    for t in range(entry, last + 1):
        row = prices.iloc[t]
        high_seen, low_seen = max(high_seen, row["high"]), min(low_seen, row["low"])
        hit = [k for k in left if row["high"] >= (r_lo, e_lo)[k - 1]]
        if row["low"] <= stop:
            ambiguous += bool(hit)
            gap = t > entry and row["open"] <= stop
            price = float(row["open"]) if gap else stop
            exits += [(t, k, price, "stop_gap" if gap else "stop") for k in left]
            left = {}
        for k in [k for k in hit if k in left]:
            exits.append((t, k, (r_lo, e_lo)[k - 1], f"target_{k}"))
            del left[k]
        if t == last and left:
            reason = "time" if timed else "open"
            exits += [(t, k, float(row["close"]), reason) for k in left]
            left = {}
        if not left:
            break
    return {
        "entry": entry,
        "entry_price": p0,
        "stop": stop,
        "zone": (r_lo, r_hi),
        "extension": (e_lo, close0 * EXTENSION[1]),
        "exits": exits,
        "ambiguous": ambiguous,
        "low": low_seen / p0 - 1,
        "high": high_seen / p0 - 1,
        "return": sum(0.5 * (price / p0 - 1) for _, _, price, _ in exits) - 6e-4,
        "reason": exits[-1][3],
    }


def performance(equity: np.ndarray, dates: pd.DatetimeIndex, rate: np.ndarray) -> dict[str, Any]:
    """Figures of a path, written down independently of the package."""
    r = equity[1:] / equity[:-1] - 1
    days = [(b - a).days for a, b in itertools.pairwise(dates)]
    x = r - rate[:-1] * np.array(days) / 365
    n = len(r)
    peak = np.maximum.accumulate(equity)
    fall = equity / peak - 1
    low = int(fall.argmin())
    cagr = (equity[-1] / equity[0]) ** (252 / n) - 1
    months = pd.Series(equity, index=dates).resample("ME").last().pct_change().dropna()
    return {
        "sessions": n,
        "total_return": equity[-1] / equity[0] - 1,
        "cagr": cagr,
        "volatility": r.std(ddof=1) * math.sqrt(252),
        "sharpe": r.mean() / r.std(ddof=1) * math.sqrt(252),
        "sortino": r.mean() / math.sqrt(np.mean(np.minimum(r, 0) ** 2)) * math.sqrt(252),
        "sharpe_excess": x.mean() / x.std(ddof=1) * math.sqrt(252),
        "sortino_excess": x.mean() / math.sqrt(np.mean(np.minimum(x, 0) ** 2)) * math.sqrt(252),
        "max_drawdown": fall[low],
        "max_drawdown_start": f"{dates[int(equity[: low + 1].argmax())]:%Y-%m-%d}",
        "max_drawdown_low": f"{dates[low]:%Y-%m-%d}",
        "max_drawdown_end": None,
        "calmar": cagr / -fall[low],
        "worst_month": months.min(),
        "best_month": months.max(),
        "first": f"{dates[0]:%Y-%m-%d}",
        "last": f"{dates[-1]:%Y-%m-%d}",
    }


def shifted() -> list[dict[str, Any]]:
    """The leg on other days; the last is beyond the data."""
    rows: list[dict[str, Any]] = []
    for shift in range(-15, 15):
        mean = 0.008 + 0.0002 * shift - 0.00003 * shift**2
        row = {"shift": shift, "n": 5, "mean": mean, "low": mean - 0.006, "high": mean + 0.006}
        rows.append(row | {"held": mean - 0.001})
    none = {"mean": None, "low": None, "high": None, "held": None}
    return [*rows, {"shift": 15, "n": 0} | none]


def sample(values: np.ndarray, years: np.ndarray) -> dict[str, Any]:
    """Figures of one value a vintage."""
    n = len(values)
    out: dict[str, Any] = {"n": n}
    if n == 0:
        return out
    hits = int((values > 0).sum())
    out |= {
        "mean": values.mean(),
        "median": float(np.median(values)),
        "hits": hits,
        "hit_rate": hits / n,
        "hit_low": max(0.0, hits / n - 0.12),
        "hit_high": min(1.0, hits / n + 0.12),
        "worst": values.min(),
        "worst_vintage": int(years[values.argmin()]),
        "best": values.max(),
        "best_vintage": int(years[values.argmax()]),
    }
    if n > 1:
        error = values.std(ddof=1) / math.sqrt(n)
        others = (values.sum() - values) / (n - 1)
        out |= {
            "std": values.std(ddof=1),
            "t_stat": values.mean() / error,
            "mean_low": values.mean() - 2 * error,
            "mean_high": values.mean() + 2 * error,
            "leave_one_out_low": others.min(),
            "leave_one_out_high": others.max(),
        }
    return out


def newest(table: pd.DataFrame, prices: pd.DataFrame, daily: pd.DataFrame) -> dict[str, Any]:
    """The last vintage, its hedge held throughout January, nothing bought back."""
    row = table.iloc[-1].to_dict()
    year, close = int(row["vintage"]), float(prices["close"].iloc[-1])
    window = daily.loc[f"{year + 1}-01-01" :]
    reference = float(prices["close"].loc[: f"{year}-12-31"].iloc[-1])
    held = float(window["hedge_held"].iloc[-1])
    levels = {
        name: (row[name], False)
        for name in ("stop", "zone_low", "zone_high", "extension_low", "extension_high")
    } | {
        "reference": (reference, True),
        "cover_1": (0.8 * reference, True),
        "cover_2": (0.7 * reference, True),
    }
    return {
        "vintage": year,
        "state": "running",
        "anchor_date": row["anchor_date"],
        "anchor_close": row["anchor_close"],
        "last_date": f"{prices.index[-1]:%Y-%m-%d}",
        "last_close": close,
        "index_return": close / row["anchor_close"] - 1.0,
        "until": f"{year + 1}-11-21",
        "final_on": f"{year + 1}-12-31",
        "next_anchor": f"{year + 1}-11-21",
        "newer_by": "update",
        "tactical": {
            "state": "over",
            "reason": row["exit_reason"],
            "because": None,
            "entry_date": row["entry_date"],
            "entry_price": row["entry_price"],
            "exit_date": row["exit_date"],
            "exit_by": f"{year}-12-15",
            "weight": row["tactical_weight"],
            "gross_return": row["tactical_return"] + 6e-4,
            "net_return": row["tactical_return"],
            "contribution": row["tactical_contribution"],
        },
        "hedge": {
            "state": "running",
            "status": "hedged" if held else "idle",
            "instrument": "short",
            "opens_on": f"{year + 1}-01-01",
            "first_date": f"{window.index[0]:%Y-%m-%d}",
            "last_date": f"{window.index[-1]:%Y-%m-%d}",
            "sessions": len(window),
            "reference": reference,
            "held": held,
            "target": held,
            "mean_ratio": held,
            "max_ratio": held,
            "average_sale": reference,
            "average_purchase": None,
            "gain": row["hedge_gain"],
            "cost": row["hedge_cost"],
            "return": row["hedge_return"],
            "score": float(window["score"].iloc[-1]),
            "coverage": 0.8,
            "components": {},
            "next_review": f"{year + 1}-02-01",
        },
        "levels": {
            name: {"price": price, "distance": price / close - 1.0, "acts": acts}
            for name, (price, acts) in levels.items()
        },
        "result": {
            "before_costs": row["total_return"] + row["hedge_cost"],
            "costs": row["hedge_cost"],
            "after_costs": row["total_return"],
            "core_return": row["core_return"],
            "unhedged_return": row["total_return"] - row["hedge_return"],
        },
        "orders": [
            {
                "date": row["entry_date"],
                "sleeve": "tactical",
                "side": "buy",
                "price": row["entry_price"],
                "reason": "entry",
                "contract": None,
                "share": row["tactical_weight"],
            }
        ],
    }


def last_by(sessions: pd.DatetimeIndex, year: int, month: int, day: int) -> int:
    """Position of the last session on or before a day."""
    return int(sessions.searchsorted(pd.Timestamp(year, month, day), side="right")) - 1


def make_result(
    name: str = "short_long", first: int = 1995, last: int = 2012, seed: int = 5
) -> Any:
    """A finished run of made-up data.

    Parameters
    ----------
    name : str
        The plan's name.
    first, last : int
        Vintages; the last one is unfinished.
    seed : int
    """
    plan = Plan(name=name)
    prices = make_prices(first, last, seed)
    sessions = pd.DatetimeIndex(prices.index)
    rng = np.random.default_rng(seed + 1)
    vintages: list[dict[str, Any]] = []
    trades: list[dict[str, Any]] = []
    tactical = np.zeros(len(sessions))
    start = last_by(sessions, first, 11, 21)
    score = np.full(len(sessions), np.nan)
    known = last_by(sessions, first + 3, 12, 31) + 1
    wave = 0.45 + 0.4 * np.sin(np.arange(len(sessions)) / 400.0)
    score[known:] = wave[known:]
    held = np.zeros(len(sessions))
    vintage_of = np.zeros(len(sessions), dtype=int)
    for year in range(first, last + 1):
        anchor = last_by(sessions, year, 11, 21)
        out = last_by(sessions, year, 12, 15)
        leg = _leg(prices, anchor, out, timed=True)
        vintage_of[anchor:] = year
        idle = year == first + 2
        for t, k, price, reason in [] if idle else leg["exits"]:
            change = price / leg["entry_price"] - 1
            tactical[t] += 0.5 * change
            trades.append(
                {
                    "vintage": year,
                    "sleeve": "tactical",
                    "tranche": k,
                    "entry_date": f"{sessions[leg['entry']]:%Y-%m-%d}",
                    "entry_price": leg["entry_price"],
                    "exit_date": f"{sessions[t]:%Y-%m-%d}",
                    "exit_price": price,
                    "exit_reason": reason,
                    "weight": 0.5,
                    "fees": 10.0,
                    "slippage": 8.0,
                    "pnl": 50_000 * change,
                    "return": change,
                }
            )
        begin = last_by(sessions, year, 12, 31) + 1
        end = last_by(sessions, year + 1, 12, 31)
        target = 0.5 * min(max((score[anchor] - 0.4) / 0.4, 0.0), 1.0) if known < anchor else 0.0
        held[begin : end + 1] = target
        whole = year < last
        path = prices["close"].iloc[begin - 1 : end + 1].to_numpy()
        next_return = path[-1] / path[0] - 1
        next_fall = (path / np.maximum.accumulate(path) - 1).min()
        hedge = -target * next_return - 0.002 * target
        vintages.append(
            {
                "vintage": year,
                "anchor_date": f"{sessions[anchor]:%Y-%m-%d}",
                "anchor_close": float(prices["close"].iloc[anchor]),
                "entry_date": None if idle else f"{sessions[leg['entry']]:%Y-%m-%d}",
                "entry_price": np.nan if idle else leg["entry_price"],
                "stop": np.nan if idle else leg["stop"],
                "zone_low": leg["zone"][0],
                "zone_high": leg["zone"][1],
                "extension_low": leg["extension"][0],
                "exit_date": None if idle else f"{sessions[leg['exits'][-1][0]]:%Y-%m-%d}",
                "exit_reason": "no_room" if idle else leg["reason"],
                "tactical_return": np.nan if idle else leg["return"],
                "max_adverse": np.nan if idle else leg["low"],
                "max_favourable": np.nan if idle else leg["high"],
                "ambiguous_bars": 0 if idle else leg["ambiguous"],
                "score": score[anchor],
                "coverage": 0.8 if known < anchor else 0.2,
                "hedge_return": hedge,
                "hedge_cost": 0.002 * target,
                "core_return": next_return,
                "total_return": next_return + hedge + (0.0 if idle else leg["return"]),
                "next_year_return": next_return if whole else np.nan,
                "next_year_max_drawdown": next_fall if whole else np.nan,
                "complete": whole,
                "tactical_weight": 0.0 if idle else 0.8,
                "tactical_contribution": 0.0 if idle else 0.8 * leg["return"],
                "tactical_return_other_policy": np.nan if idle else leg["return"],
                "sessions_held": 0 if idle else leg["exits"][-1][0] - leg["entry"] + 1,
                "extension_high": leg["extension"][1],
                "support": np.nan,
                "entry_score": 1.0,
                "not_entered_because": None,
                "entry_open_copied": False,
                "hedge_gain": hedge + 0.002 * target,
                "hedge_mean_ratio": target,
                "hedge_max_ratio": target,
                "hedge_blind_share": 0.0 if known < anchor else 1.0,
                "max_drawdown": next_fall,
            }
        )
    table = pd.DataFrame(vintages)
    daily = _daily(prices, start, tactical, held, score, vintage_of, known, rng)
    return SimpleNamespace(
        plan=plan,
        market=make_market(prices),
        vintages=table,
        trades=pd.DataFrame(trades),
        daily=daily,
        metrics=_metrics(table, daily) | {"newest": newest(table, prices, daily)},
        run_id="0123456789ab",
        provenance={
            "id": "0123456789ab",
            "name": name,
            "plan": plan.model_dump(mode="json", by_alias=True),
            "plan_sha256": "b" * 64,
            "series": {
                "sp500": {
                    "sha256": "a" * 64,
                    "origin": "bundled",
                    "first": f"{sessions[0]:%Y-%m-%d}",
                    "last": f"{sessions[-1]:%Y-%m-%d}",
                    "rows": len(sessions),
                },
                "fms_cash": {
                    "sha256": "c" * 64,
                    "origin": "bundled",
                    "first": "1996-01-31",
                    "last": "2012-12-31",
                    "rows": 200,
                },
            },
            "code": "0.1.0+abc",
            "packages": {"python": "3.11.9", "pandas": "3.1.1"},
            "seed": None,
        },
    )


def _daily(
    prices: pd.DataFrame,
    start: int,
    tactical: np.ndarray,
    held: np.ndarray,
    score: np.ndarray,
    vintage_of: np.ndarray,
    known: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    core = prices["close"].pct_change().fillna(0.0).to_numpy() + 0.00007
    hedge = -np.r_[0.0, held[:-1]] * core
    span = slice(start, None)
    parts = {"core": core[span], "tactical": tactical[span], "hedge": hedge[span]}
    for part in parts.values():
        part[0] = 0.0
    total = sum(parts.values())
    equity = 100_000.0 * np.cumprod(1.0 + np.asarray(total))
    before = np.r_[100_000.0, equity[:-1]]
    columns: dict[str, Any] = {"equity_total": equity}
    for name, part in parts.items():
        profit = np.cumsum(before * part)
        columns[f"equity_{name}"] = profit + (100_000.0 if name == "core" else 0.0)
    columns["equity_benchmark"] = 100_000.0 * np.cumprod(1.0 + core[span])
    columns["return_total"] = total
    for name, part in parts.items():
        columns[f"return_{name}"] = part
    columns["return_benchmark"] = core[span]
    columns["exposure_core"] = 1.0
    columns["exposure_tactical"] = (tactical[span] != 0).astype(float)
    columns["exposure_hedge"] = -held[span]
    columns["hedge_target"] = 0.5 * np.clip((score[span] - 0.4) / 0.4, 0, 1)
    columns["hedge_held"] = held[span]
    columns["bill_rate"] = np.linspace(0.05, 0.01, len(total))
    columns["score"] = score[span]
    columns["coverage"] = np.where(np.isnan(score[span]), 0.2, 0.8)
    for i, name in enumerate(("cash", "leverage", "credit", "concentration", "rotation")):
        values = np.clip(score[span] + rng.normal(0, 0.15, len(score[span])).round(1), 0, 1)
        columns[f"risk_{name}"] = np.full(len(values), np.nan) if i == 4 else values
    columns["vintage"] = vintage_of[span]
    return pd.DataFrame(columns, index=prices.index[span])


def _metrics(vintages: pd.DataFrame, daily: pd.DataFrame) -> dict[str, Any]:
    whole = vintages[vintages["complete"]]
    traded = whole[whole["tactical_return"].notna()]
    years = vintages["vintage"]
    tactical = sample(traded["tactical_return"].to_numpy(), traded["vintage"].to_numpy())
    tactical |= {
        "n_no_trade": len(whole) - len(traded),
        "exit_reasons": {
            str(k): int(v) for k, v in whole["exit_reason"].value_counts().sort_index().items()
        },
        "ambiguous_bars": int(traded["ambiguous_bars"].sum()),
        "ambiguous_vintages": int((traded["ambiguous_bars"] > 0).sum()),
        "mean_other_policy": float(traded["tactical_return_other_policy"].mean()),
        "mean_sessions_held": float(traded["sessions_held"].mean()),
        "share_of_sessions": 0.06,
    }
    hedged = whole[whole["hedge_max_ratio"] > 0]
    hedge = sample(hedged["hedge_return"].to_numpy(), hedged["vintage"].to_numpy())
    hedge |= {
        "n_not_hedged": len(whole) - len(hedged),
        "n_blind": int((whole["hedge_blind_share"] >= 1).sum()),
        "mean_cost": float(hedged["hedge_cost"].mean()),
        "mean_gain": float(hedged["hedge_gain"].mean()),
        "mean_ratio": float(hedged["hedge_mean_ratio"].mean()),
        "sum_return": float(hedged["hedge_return"].sum()),
    }
    dates = pd.DatetimeIndex(daily.index)
    rate = daily["bill_rate"].to_numpy()
    metrics = {
        "yardstick": {"by_shift": shifted()},
        "vintages": {
            "n": len(vintages),
            "n_complete": len(whole),
            "first": int(years.iloc[0]),
            "last": int(years.iloc[-1]),
            "unfinished": [int(y) for y in years[~vintages["complete"]]],
        },
        "tactical": tactical,
        "hedge": hedge,
        "vintage_total": sample(whole["total_return"].to_numpy(), whole["vintage"].to_numpy()),
        "vintage_core": sample(whole["core_return"].to_numpy(), whole["vintage"].to_numpy()),
        "total": performance(daily["equity_total"].to_numpy(), dates, rate),
        "benchmark": performance(daily["equity_benchmark"].to_numpy(), dates, rate),
        "next_year": {
            "n": len(whole),
            "falls_of_20": int((whole["next_year_max_drawdown"] <= -0.2).sum()),
            "median_return": float(whole["next_year_return"].median()),
            "rate_of_20": 0.2,
            "low": 0.1,
            "high": 0.4,
        },
        "sleeves": {
            sleeve: {
                "pnl": float(daily[f"equity_{sleeve}"].iloc[-1])
                - (100_000.0 if sleeve == "core" else 0.0),
                "carry": 10.0,
                "costs": 20.0,
            }
            for sleeve in ("core", "tactical", "hedge")
        },
        "risk": {
            "min_coverage": 0.5,
            "mean_coverage": float(daily["coverage"].mean()),
            "share_blind": float(daily["score"].isna().mean()),
            "components": {
                name: {
                    "weight": 1.0,
                    "share_available": float(daily[f"risk_{name}"].notna().mean()),
                    "first": None,
                    "last": None,
                    "mean": None,
                }
                for name in ("cash", "leverage", "credit", "concentration", "rotation")
            },
        },
        "data": {
            "prices": "sp500",
            "origin": "bundled",
            "close_only": False,
            "first": f"{dates[0]:%Y-%m-%d}",
            "last": f"{dates[-1]:%Y-%m-%d}",
            "sessions": len(dates),
            "fills": 40,
            "fills_at_open": 20,
            "fills_on_copied_open": 5,
            "share_on_copied_open": 0.25,
            "sessions_without_bill_rate": 0,
            "absent_components": ["rotation"],
            "series": {},
        },
    }
    return dict(_plain(metrics))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
