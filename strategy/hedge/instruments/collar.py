"""`collar`: a put spread paid for by a call sold above the index.

`call_moneyness` sets the call; without it, the call is the one whose bid pays
what the put spread costs at ask and bid, and never lies below the index: where
even the call at the index brings less, the rest is paid. The gain given up
above the call is the price of the protection; it has no cost line of its own.
"""

from __future__ import annotations

import numpy as np

from strategy.account.legs import Floats
from strategy.hedge.instruments import put_spread
from strategy.hedge.options.option_roll import instrument
from strategy.hedge.options.options import Quote, Strike, first_not

#: Highest call considered, as a share of the index.
HIGHEST = 3.0


def strikes(quote: Quote) -> tuple[Strike, ...]:
    """The put spread and the short call."""
    upper, lower = put_spread.strikes(quote)
    chosen = quote.options.call_moneyness
    level = chosen * quote.spot if chosen is not None else _paying(quote, upper, lower)
    return (upper, lower, Strike(-1, True, level))


def _paying(quote: Quote, upper: Strike, lower: Strike) -> float:
    half = quote.options.bid_ask / 2.0
    cost = quote.price(upper.level, call=False) * (1.0 + half)
    cost -= quote.price(lower.level, call=False) * (1.0 - half)

    def pays(strikes: Floats) -> np.ndarray:
        # a call's price falls with its strike
        return np.asarray(quote.price(strikes, call=True) * (1.0 - half) >= cost)

    return first_not(pays, quote.spot, HIGHEST * quote.spot)


INSTRUMENT = instrument(strikes, 3)
