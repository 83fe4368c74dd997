"""The tactical rules of docs/simulation.md a second time: plain Python, one bar after the other.

Written from the design page alone, before the program's own resolver was read, so that the two
agree because the rules say so. It is slow and spells every rule out. Where the page is silent:

* a tranche with a share of zero does not exist: it has no target and makes no bar ambiguous;
* with `target_first` the targets within reach are sold first, and what then remains is stopped;
* an attempt begun at k is over after session k+N: the next may begin at k+N+1 at the earliest;
* a vintage ends with the reason of the last of its fills (of `target_2` when both targets fill
  at once); without a fill for everything before the data end it is `open`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Bar = tuple[float, float, float, float]  # open, high, low, close


@dataclass
class Leg:
    """A sale: which tranche (1 or 2), at which bar, at which raw price, why, and how much."""

    tranche: int
    bar: int
    price: float
    reason: str
    share: float


@dataclass
class Path:
    """What the rules make of one series of bars; bar 0 is the entry session."""

    legs: list[Leg] = field(default_factory=list)
    exit_reason: str = "open"
    ambiguous_bars: int = 0
    last_bar: int = 0

    def tactical_return(
        self, entry: float, last_close: float, fee: float = 0.0, slippage: float = 0.0
    ) -> float:
        """The return per unit of capital; that unit pays the units and their entry fee.

        What is still held is valued at the last close, without the costs of a sale.
        """
        units = 1.0 / (entry * (1.0 + slippage) * (1.0 + fee))
        cash, held = 0.0, 1.0
        for leg in self.legs:
            limit_order = leg.reason.startswith("target")
            price = leg.price if limit_order else leg.price * (1.0 - slippage)
            cash += units * leg.share * price * (1.0 - fee)
            held -= leg.share
        if self.exit_reason == "open":
            cash += units * held * last_close
        return cash - 1.0


def naive_path(
    bars: list[Bar],
    *,
    zone_low: float,
    zone_high: float,
    extension_low: float,
    stop: float,
    first_share: float,
    within: int,
    buffer: float,
    trigger: str,
    same_bar: str,
    finished: bool,
) -> Path:
    """Walk `bars` (open, high, low, close) from the entry session; the last is exit_by's.

    `finished` says whether the last bar really is the last session on or before exit_by; when the
    data end earlier nothing is sold at the last close.
    """
    path = Path()
    held = {1: first_share, 2: 1.0 - first_share}
    target = {1: zone_low, 2: extension_low}
    held = {tranche: share for tranche, share in held.items() if share > 0.0}

    def sell(tranche: int, bar: int, price: float, reason: str) -> None:
        path.legs.append(Leg(tranche, bar, price, reason, held.pop(tranche)))

    def sell_all(bar: int, price: float, reason: str) -> None:
        for tranche in sorted(held):
            sell(tranche, bar, price, reason)

    def done(bar: int) -> Path:
        path.last_bar = bar
        path.exit_reason = path.legs[-1].reason if not held else "open"
        return path

    attempt: int | None = None  # the session k at which the running attempt began
    failed = False
    for bar, (open_, high, low, close) in enumerate(bars):
        # 2. at the open of each later session
        if bar > 0:
            if failed:
                sell_all(bar, open_, "failed_breakout")
            elif open_ <= stop:
                sell_all(bar, open_, "stop_gap")
            else:
                for tranche in sorted(held):
                    if target[tranche] <= open_:
                        sell(tranche, bar, open_, f"target_{tranche}")
            if not held:
                return done(bar)
        # 3. within the session, the entry session included
        within_reach = [tranche for tranche in sorted(held) if target[tranche] <= high]
        if low <= stop:
            if within_reach:
                path.ambiguous_bars += 1
                if same_bar == "target_first":
                    for tranche in within_reach:
                        sell(tranche, bar, target[tranche], f"target_{tranche}")
            sell_all(bar, stop, "stop")
        else:
            for tranche in within_reach:
                sell(tranche, bar, target[tranche], f"target_{tranche}")
        if not held:
            return done(bar)
        # 5. time goes before a failure found at the same close
        if finished and bar == len(bars) - 1:
            sell_all(bar, close, "time")
            return done(bar)
        # 4. at the close
        if attempt is not None and bar > attempt + within:
            attempt = None
        fresh = False
        if attempt is None:
            begins = close > zone_high if trigger == "close" else high >= zone_low
            if begins:
                attempt, fresh = bar, True
        if attempt is not None:
            counts = not fresh or trigger == "touch"
            if counts and close < zone_low * (1.0 - buffer):
                failed = True
    return done(len(bars) - 1)
