"""vectorbt's Portfolio of a run, read once a session: it says of returns what metrics.json says.

The book has two rows a session, and vectorbt takes a row for a twelve-hour
period of a year of 365 days, from opens to closes. Here returns, drawdowns and
the benchmark are taken from close to close, with the market's own sessions a
year. The first close holds the starting capital and earned nothing yet. Imported
only where a portfolio is made: vectorbt takes seconds to load.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import vectorbt as vbt
from vectorbt.generic.drawdowns import Drawdowns

from market.judge.days import rows_a_year

__all__ = ["DailyPortfolio"]

DAY = "1D"


class DailyPortfolio(vbt.Portfolio):  # type: ignore[misc]
    """A Portfolio whose figures of returns are a session's and not a row's.

    Parameters
    ----------
    core : float64[n], optional
        Equity of the core held alone at each close: the benchmark.
    **config
        Of vectorbt's Portfolio.
    """

    def __init__(self, *args: Any, core: Any = None, **config: Any) -> None:
        super().__init__(*args, **config)
        # what vectorbt copies a portfolio with
        self._config.__setitem__("core", core, force=True)
        self._core = core

    @property
    def year_freq(self) -> str:
        """Length of a year in sessions, as vectorbt reads it."""
        return f"{rows_a_year(pd.DatetimeIndex(self.wrapper.index[1::2]).normalize()):g} days"

    def returns(self, group_by: Any = None, **kwargs: Any) -> Any:
        """Returns from close to close, one fewer than sessions."""
        return self.value(group_by=group_by, **kwargs).iloc[1::2].pct_change().iloc[1:]

    def asset_returns(self, group_by: Any = None, **kwargs: Any) -> Any:
        """Asset returns of both halves of a session, compounded."""
        both = 1.0 + super().asset_returns(group_by=group_by, **kwargs)
        return both.iloc[1::2].mul(both.iloc[0::2].to_numpy()).iloc[1:] - 1.0

    def benchmark_returns(self, group_by: Any = None, **kwargs: Any) -> Any:
        """Returns of the core held alone; vectorbt's even split of the cash where none is given."""
        if self._core is None:
            value = self.benchmark_value(group_by=group_by, **kwargs).iloc[1::2]
        else:
            like = self.returns(group_by=group_by)
            value = pd.Series(self._core, index=self.wrapper.index[1::2], name="core")
            if isinstance(like, pd.DataFrame):
                value = pd.DataFrame({name: value for name in like.columns})
        return value.pct_change().iloc[1:]

    benchmark_rets = benchmark_returns

    def get_returns_acc(self, freq: Any = None, year_freq: Any = None, **kwargs: Any) -> Any:
        """Vectorbt's accessor of these returns: days, and the market's own year."""
        # `stats` hands on the length of a row
        freq = DAY if freq is None or freq == self.wrapper.freq else freq
        return super().get_returns_acc(freq=freq, year_freq=year_freq or self.year_freq, **kwargs)

    def get_drawdowns(self, group_by: Any = None, **kwargs: Any) -> Any:
        """Drawdowns between closes."""
        value = self.value(group_by=group_by).iloc[1::2]
        return Drawdowns.from_ts(value, wrapper_kwargs={"freq": DAY}, engine=self.engine, **kwargs)

    @property
    def stats_defaults(self) -> dict[str, Any]:
        """vectorbt's, with the market's year."""
        defaults: dict[str, Any] = dict(super().stats_defaults)
        defaults["settings"] = {
            **defaults.get("settings", {}),
            "year_freq": self.year_freq,
        }
        return defaults

    @property
    def plots_defaults(self) -> dict[str, Any]:
        """vectorbt's, with the market's year."""
        defaults: dict[str, Any] = dict(super().plots_defaults)
        defaults["settings"] = {
            **defaults.get("settings", {}),
            "year_freq": self.year_freq,
        }
        return defaults
