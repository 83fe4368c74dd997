"""Every tactical setting in every vintage, by the resolver and the rules of a single run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from signals.price.resistance import Levels
from strategy.kernels.compiled import compiled
from strategy.legs.prices import Prices
from strategy.legs.records import LegRules, SizeRules
from strategy.legs.resolver import resolve
from strategy.legs.rules import blocked, bought, last_exit, net_return, size, tranche_orders
from strategy.sweep.engine.outcomes import (
    HITS,
    IN_MARKET,
    LOST,
    TACTICAL_FIGURES,
    TRADES,
    WON,
    Legs,
    Tactical,
    distinct,
    mixed,
)


class TacticalSettings(NamedTuple):
    """What each setting looks up: rows of `TacticalInputs` and of the levels."""

    calendar: np.ndarray
    levels: np.ndarray
    gate: np.ndarray
    score: np.ndarray


class TacticalInputs(NamedTuple):
    """What settings look up: rows are distinct values, columns vintages.

    ``idle`` is the reason code of a vintage that is not resolved at all, else
    -1; ``score`` is the risk score at the anchor. ``fee`` and ``slippage`` are
    fractions a fill; a leg still open is held to the close of ``last_session``,
    the account's last.
    """

    entry: np.ndarray
    last: np.ndarray
    timed: np.ndarray
    complete: np.ndarray
    idle: np.ndarray
    enter: np.ndarray
    score: np.ndarray
    fee: float
    slippage: float
    last_session: int


def resolve_tactical(
    prices: Prices,
    settings: TacticalSettings,
    rules: LegRules,
    sizes: SizeRules,
    inputs: TacticalInputs,
    levels: Levels,
) -> Tactical:
    """Every setting in every vintage.

    Parameters
    ----------
    prices : Prices
        As the fills use them.
    settings : TacticalSettings
    rules, sizes
        One array a field, one number a setting.
    inputs : TacticalInputs
    levels : Levels
        One array a field: rows are distinct levels, columns vintages.
    """
    n, vintages = len(settings.gate), inputs.entry.shape[1]
    money = np.zeros((n, vintages, 2, 2))  # of each tranche: spent, exit price
    when = np.zeros((n, vintages, 2, 2), dtype=np.int64)  # exit session, whether at the market
    reason = np.zeros((n, vintages), dtype=np.int64)
    net = np.zeros((n, vintages))
    figures = np.zeros((n, TACTICAL_FIGURES))
    digest = np.zeros((n, vintages), dtype=np.uint64)
    _resolve_tactical(
        prices, settings, rules, sizes, inputs, levels, money, when, reason, net, figures, digest
    )  # fmt: skip
    row, first, vintage = distinct(digest)
    tranches = (money[..., 0], when[..., 0], money[..., 1], when[..., 1] > 0)
    legs = Legs(*(np.ascontiguousarray(a[first, vintage]) for a in tranches))
    for table, whole in zip(legs, tranches, strict=True):
        for v in range(vintages):
            if not np.array_equal(table[row[:, v]], whole[:, v]):
                raise AssertionError("two tactical outcomes share a hash")
    return Tactical(row, vintage, legs, figures, reason, net)


@compiled(parallel=True)
def _resolve_tactical(
    prices, settings, given, limits, inputs, table, money, when, reason, net, figures, digest
):  # fmt: skip
    n, vintages = money.shape[0], money.shape[1]
    for s in prange(n):
        calendar = settings.calendar[s]
        level = settings.levels[s]
        rules = LegRules(
            given.stop[s], given.stop_is_level[s], given.first_share[s], given.within[s],
            given.buffer[s], given.touch[s], given.target_first[s],
        )  # fmt: skip
        sizes = SizeRules(limits.weight[s], limits.risk_budget[s], limits.risk_scaling[s])
        held = np.int64(0)
        for v in range(vintages):
            when[s, v, 0, 0] = -1
            when[s, v, 1, 0] = -1
            net[s, v] = np.nan
            levels = Levels(
                table.support[level, v], table.zone_low[level, v], table.zone_high[level, v],
                table.extension_low[level, v], table.extension_high[level, v],
                table.scale[level, v],
            )  # fmt: skip
            why = blocked(inputs.idle[calendar, v], levels, inputs.enter[settings.gate[s], v])
            if why >= 0:
                reason[s, v] = why
                continue
            entry = inputs.entry[calendar, v]
            exits = resolve(
                prices, entry, inputs.last[calendar, v], inputs.timed[calendar, v], levels, rules
            )
            if not bought(exits):
                reason[s, v] = exits.reason[0]
                continue
            reason[s, v] = exits.reason[last_exit(exits)]
            result = net_return(exits, inputs.fee, inputs.slippage)
            net[s, v] = result
            if inputs.complete[calendar, v]:
                figures[s, TRADES] += 1.0
                if result > 0.0:
                    figures[s, HITS] += 1.0
                    figures[s, WON] += result
                else:
                    figures[s, LOST] += result
            weight = size(sizes, exits.entry_price, exits.stop, inputs.score[settings.score[s], v])
            out = entry
            mix = np.uint64(1469598103934665603)
            for j in range(2):
                order = tranche_orders(exits, j, weight, False)
                money[s, v, j, 0], money[s, v, j, 1] = order.spent, order.price
                when[s, v, j, 0], when[s, v, j, 1] = order.session, order.market
                if order.spent > 0.0:
                    # at the close of its last session the leg is sold already
                    out = max(out, order.session if order.session >= 0 else inputs.last_session + 1)
                mix = mixed(mix, order.spent)
                mix = mixed(mix, float(order.session))
                mix = mixed(mix, order.price)
                mix = mixed(mix, 1.0 if order.market else 0.0)
            held += out - entry
            digest[s, v] = mix
        figures[s, IN_MARKET] = held
