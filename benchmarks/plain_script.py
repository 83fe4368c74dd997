"""The yardstick: the same job as a plain script with vectorbt and quantstats.

What a careful user writes in an afternoon: core, tactical long and short
hedge on the bundled data, from signals and target orders, then the tear sheet.
It leaves out what such a script usually leaves out (stops on the entry bar,
failed breakouts, carry, coverage, checks, provenance), so it does less work
than a run does.

    python benchmarks/plain_script.py OUT_FOLDER
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pandas as pd
import quantstats as qs
import vectorbt as vbt

DATA = Path(__file__).resolve().parents[1] / "market" / "bundle" / "data"
START, CAPITAL, FEES, SLIPPAGE = "1962-01-01", 100_000.0, 1e-4, 2e-4
REFERENCE, ZONE_LOW, EXTENSION_LOW, STOP = 5950.0, 6180.0, 6450.0, 0.03


def figures(name: str, column: str = "value") -> pd.Series:
    """Figures of a bundled series by the day they were known."""
    frame = pd.read_parquet(DATA / f"{name}.parquet").dropna(subset=[column])
    return frame.set_index(pd.to_datetime(frame["known_at"]))[column].sort_index()


def known(series: pd.Series, sessions: pd.DatetimeIndex) -> pd.Series:
    """Last known figure on each session."""
    return series[~series.index.duplicated(keep="last")].reindex(sessions, method="ffill")


def main(folder: Path) -> None:
    """Write tear sheet, trades, daily equity and statistics to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    prices = pd.read_parquet(DATA / "sp500.parquet")
    prices = prices.set_index(pd.to_datetime(prices.pop("stamp"))).loc[START:]
    sessions, close, open_ = pd.DatetimeIndex(prices.index), prices["close"], prices["open"]

    # risk score: three ramps on known figures
    cash = ((5.0 - known(figures("fms_cash"), sessions)) / 1.0).clip(0, 1)
    debt = figures("margin_debt_finra")
    leverage = (known(debt.pct_change(12), sessions) / 0.40).clip(0, 1)
    spread = figures("moodys_baa") - figures("moodys_aaa")
    credit = (known(spread.diff(3), sessions) / 0.30).clip(0, 1)
    score = pd.concat([cash, leverage, credit], axis=1).mean(axis=1)

    # the tactical long, two tranches
    year = pd.Series(sessions.year, index=sessions)
    day = pd.Series(sessions.strftime("%m-%d"), index=sessions)
    anchors = [group.index[-1] for _, group in close[day <= "11-21"].groupby(year)]
    entries = pd.Series(False, index=sessions)
    exits = pd.Series(False, index=sessions)
    entry_days = sessions[np.searchsorted(sessions, anchors, side="right") % len(sessions)]
    entries[entry_days[entry_days > anchors[0]]] = True
    exits[[group.index[-1] for _, group in close[day <= "12-15"].groupby(year)]] = True
    bars = {"open": open_, "high": prices["high"], "low": prices["low"], "price": open_}
    costs = {"fees": FEES, "slippage": SLIPPAGE, "freq": "1D"}
    tactical = [
        vbt.Portfolio.from_signals(
            close,
            entries,
            exits,
            sl_stop=STOP,
            tp_stop=target / REFERENCE - 1.0,
            init_cash=CAPITAL / 2,
            **bars,
            **costs,
        )
        for target in (ZONE_LOW, EXTENSION_LOW)
    ]

    # the hedge: short in proportion to the score, set on the first session of each month
    month = pd.Series(sessions.month, index=sessions)
    month_start = month.ne(month.shift())
    ratio = (0.5 * ((score - 0.4) / 0.4).clip(0, 1)).fillna(0.0)
    target = (-ratio.shift()).where(month_start)
    hedge = vbt.Portfolio.from_orders(
        close,
        size=target,
        size_type="targetpercent",
        price=open_,
        init_cash=CAPITAL,
        **costs,
    )
    core = vbt.Portfolio.from_holding(close, init_cash=CAPITAL, freq="1D")

    parts = pd.DataFrame(
        {
            "core": core.returns(),
            "tactical": sum(p.returns() for p in tactical) / 2.0,
            "hedge": hedge.returns(),
        }
    )
    total = parts.sum(axis=1).rename("plan")
    equity = CAPITAL * (1.0 + parts.assign(total=total)).cumprod()
    equity.to_parquet(folder / "daily.parquet")
    trades = pd.concat([p.trades.records_readable for p in (*tactical, hedge)])
    trades.to_csv(folder / "trades.csv", index=False)
    stats = pd.DataFrame({"core": core.stats(), "hedge": hedge.stats()})
    for number, portfolio in enumerate(tactical, start=1):
        stats[f"tactical {number}"] = portfolio.stats()
    stats.to_csv(folder / "stats.csv")
    qs.reports.html(
        total,
        benchmark=parts["core"].rename("core"),
        output=str(folder / "tearsheet.html"),
        title="plain script",
        periods_per_year=252,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
