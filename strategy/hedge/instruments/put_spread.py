"""`put_spread`: a put bought, and one sold further below.

The put sold (`lower_moneyness` or `lower_delta`) pays for part of the premium
and ends the protection at its strike.
"""

from __future__ import annotations

from market.errors import InputError
from strategy.hedge.instruments import put
from strategy.hedge.options.option_roll import instrument
from strategy.hedge.options.options import Quote, Strike


def strikes(quote: Quote) -> tuple[Strike, ...]:
    """The long put and the short one below it.

    Raises
    ------
    InputError
        Where a delta and a moneyness put the lower strike above the upper one.
    """
    (upper,) = put.strikes(quote)
    options = quote.options
    lower = quote.put_strike(options.lower_moneyness, options.lower_delta)
    if lower >= upper.level:
        raise InputError(
            f"the put sold has strike {lower:.2f}, the put bought {upper.level:.2f}",
            where="hedge.options",
            expected="a lower strike below the upper one",
            do="choose both strikes by moneyness or both by delta",
        )
    return (upper, Strike(-1, False, lower))


INSTRUMENT = instrument(strikes, 2)
