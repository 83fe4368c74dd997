"""`put`: a put bought below the index and rolled.

Strike `moneyness` x close before the order, or the strike of `delta`. Units: a
hedge of h holds h x equity / index puts, one per unit of index protected, so
the index exposure taken off is h x |delta|.
"""

from __future__ import annotations

from strategy.hedge.options.option_roll import instrument
from strategy.hedge.options.options import Quote, Strike


def strikes(quote: Quote) -> tuple[Strike, ...]:
    """The long put."""
    options = quote.options
    return (Strike(1, False, quote.put_strike(options.moneyness, options.delta)),)


INSTRUMENT = instrument(strikes, 1)
