"""Names of columns as downloads write them, in several languages."""

from __future__ import annotations

import re
import unicodedata

DATE_NAMES = (
    *("date", "stamp", "observation_date", "datetime", "timestamp", "time", "day", "month"),
    *(
        "year_month",
        "month_year",
        "dtyyyymmdd",
        "trade_date",
        "trading_date",
        "dates",
        "date_time",
        "period",
    ),
    *("datum", "zeit", "tag", "handelstag", "日期", "时间", "時間", "交易日期", "日付", "날짜"),
    *("fecha", "data", "dátum", "дата"),
)
INDEX_NAMES = ("", "index", "unnamed_0")
ALIASES = {
    "open": (
        *("open", "px_open", "open_price", "opening_price", "opn"),
        *(
            "eröffnung",
            "eröffnungskurs",
            "eröffn",
            "eroeffnung",
            "anfang",
            "anfangskurs",
            "erster",
            "开盘",
            "开盘价",
            "開盤",
            "開盤價",
            "開市",
        ),
        *("始値", "시가", "ouverture", "ouv", "apertura", "abertura", "开", "открытие"),
    ),
    "high": (
        *("high", "px_high", "high_price", "hoch", "tageshoch", "höchst", "höchstkurs"),
        *("最高", "最高价", "最高價", "高", "高値", "고가", "plus_haut", "haut", "máximo", "max"),
        *("máxima", "massimo", "макс"),
    ),
    "low": (
        *("low", "px_low", "low_price", "tief", "tagestief", "tiefst", "tiefstkurs"),
        *("最低", "最低价", "最低價", "低", "安値", "저가", "plus_bas", "bas", "mínimo", "min"),
        *("mínima", "minimo", "мин"),
    ),
    "close": (
        *("close", "price", "last", "close_last", "px_last", "px_close", "close_price"),
        *(
            "last_price",
            "closing_price",
            "settle",
            "schluss",
            "schlusskurs",
            "schlußkurs",
            "ende",
            "endkurs",
            "letzter",
            "zuletzt",
        ),
        *("kurs", "收盘", "收盘价", "收盤", "收盤價", "收市", "終値", "종가", "clôture", "dernier"),
        *("cierre", "último", "chiusura", "ultimo", "fechamento", "цена"),
    ),
    "volume": (
        *("volume", "vol", "px_volume", "tickvol", "tick_volume", "volumen", "stuecke", "stücke"),
        *("umsatz", "成交量", "交易量", "出来高", "거래량", "volumes"),
    ),
}
ADJUSTED = ("adj_close", "adjclose", "adjusted_close", "adj_price", "close_adj", "close_adjusted")
NO_VALUE = (
    *ADJUSTED,
    *ALIASES["volume"],
    *("change", "change_pct", "pct_change", "return", "returns", "prev_close", "previous_close"),
    *("dividends", "stock_splits", "ticker", "symbol", "name", "currency"),
)
"""Columns that are no price even where no other column stands beside the date."""

_STORED = re.compile(r"\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]\s*\)")
_PRICES = ("open", "high", "low", "close", "volume")
_REMARKS = (
    "_close_price_adjusted_for_splits",
    "_adjusted_close_price_adjusted_for_splits_and_dividend_and_or_capital_gain_distributions",
)
"""What Yahoo's page says inside the header cells of its table."""


def plain(name: str) -> str:
    """A name without case, marks and blanks: ``Adj Close**`` is ``adj_close``."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"\(\s*(元|円|点|點|usd|eur|gbp|cny|jpy|[$€£¥])\s*\)\s*$", "", text)
    text = re.sub(r"[\W_]+", "_", text).strip("_")
    for remark in _REMARKS:
        text = text.removesuffix(remark)
    return text


def without_ticker(names: list[str], raw: list[str]) -> tuple[list[str], list[str]]:
    """Names of headers that pandas flattened, and the tickers that they carried.

    ``('Close', '^GSPC')``, ``Close_^GSPC``, ``^GSPC Close`` and their like: the
    field is one of a bar's, and what stands beside it is the same in all.

    Returns
    -------
    list of str
        `names`, with the fields where they are found.
    list of str
        Tickers; more than one means that the file holds several.
    """
    pairs: dict[int, tuple[str, str]] = {}
    known = {alias for names_ in ALIASES.values() for alias in names_} | set(ADJUSTED)
    for position, name in enumerate(names):
        stored = re.fullmatch(
            r"\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]\s*\)", raw[position]
        )
        if stored is not None:
            one, two = plain(stored[1]), plain(stored[2])
            field, ticker = (two, one) if two in known and one not in known else (one, two)
            pairs[position] = field, ticker
            continue
        if name in known or name in DATE_NAMES:
            continue
        for field in (*ADJUSTED, *_PRICES):
            if name.startswith(f"{field}_"):
                pairs[position] = field, name[len(field) + 1 :]
                break
            if name.endswith(f"_{field}"):
                pairs[position] = field, name[: -len(field) - 1]
                break
    fields = [field for field, _ in pairs.values()]
    tickers = list(dict.fromkeys(ticker for _, ticker in pairs.values() if ticker))
    whole = {"open", "high", "low", "close"} <= set(fields)
    written = any(raw[position].startswith("(") for position in pairs)
    if not (whole or written):
        return names, []
    changed = list(names)
    for position, (field, _) in pairs.items():
        changed[position] = field
    return changed, tickers
