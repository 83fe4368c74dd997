"""A user's own holdings: the file, YAML or CSV, and what it says, checked."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from market.errors import InputError
from strategy.plan.base import Date, Level, Misfit, Model, as_tuple, one_line
from strategy.plan.file.errors import explain
from strategy.plan.file.text import read_text
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, printable, read_yaml, written_as

#: Columns of a CSV file: the keys of a position.
COLUMNS = ("sleeve", "units", "futures", "price", "right", "strike", "expiry")
#: Rows of a CSV file that hold no position: their ``units`` is an amount of money.
AMOUNTS = ("cash", "equity")
MOST_POSITIONS = 1_000

Units = Annotated[float, Field(ge=-1e12, le=1e12)]
Text = Annotated[str, AfterValidator(one_line)]


class Holding(Model):
    """One position: of the index, a fund, futures or an option.

    Attributes
    ----------
    sleeve : str
        What it is held for: ``core``, ``tactical``, ``hedge``, or a leg's name.
    units : float, optional
        Negative for a short; of an option units of the index (contracts times 100).
    futures : float, optional
        Number of contracts in place of `units`; their value is no part of the equity.
    price : float, optional
        Of a unit; the index's close where it is not given.
    right, strike, expiry : optional
        Of an option, all three.
    """

    sleeve: Text
    units: Units | None = None
    futures: Units | None = None
    price: Level | None = None
    right: Literal["put", "call"] | None = None
    strike: Level | None = None
    expiry: Date | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Holding:
        if (self.units is None) == (self.futures is None):
            got = "neither" if self.units is None else "both"
            raise Misfit("units", got, "units or futures, one of them", ("futures",))
        option = (self.right, self.strike, self.expiry)
        if any(part is not None for part in option) and any(part is None for part in option):
            raise Misfit(
                "right", "a part of an option", "right, strike and expiry", ("strike", "expiry")
            )
        if self.futures is not None and (self.right or self.price is not None):
            raise Misfit("futures", f"{self.futures:g}", "units with a price or an option's strike")
        return self


class Holdings(Model):
    """What the user holds.

    Attributes
    ----------
    cash : float, optional
        Money in the account, proceeds of shorts included; negative is a loan.
    equity : float, optional
        What the account is worth; without it cash and the value of the positions.
    positions : tuple of Holding
    """

    cash: Annotated[float, Field(ge=-1e15, le=1e15)] | None = None
    equity: Annotated[float, Field(gt=0.0, lt=1e15)] | None = None
    positions: Annotated[
        tuple[Holding, ...], BeforeValidator(as_tuple), Field(max_length=MOST_POSITIONS)
    ] = ()

    @model_validator(mode="after")
    def _has_a_size(self) -> Holdings:
        if self.cash is None and self.equity is None:
            raise Misfit("cash", "neither cash nor equity", "cash, or what the account is worth")
        return self


@dataclass(frozen=True)
class HoldingsFile:
    """A file of holdings and where its keys were written.

    Attributes
    ----------
    holdings : Holdings
    label : str
        The file's name as the user gave it.
    places : dict
    """

    holdings: Holdings
    label: str
    places: dict[KeyPath, Place]

    def where(self, position: int, key: str = "") -> str:
        """File, line and key of a position, for a message."""
        path: KeyPath = ("positions", position)
        place = self.places.get((*path, key)) or self.places.get(path)
        spot = place.where if place else self.label
        return f"{spot}: positions[{position}]" + (f".{key}" if key else "")


def read_holdings(path: str | Path) -> HoldingsFile:
    """Read a file of holdings: CSV where its name ends so, else YAML.

    Parameters
    ----------
    path : path

    Raises
    ------
    InputError
        For every mistake in the file, as one line.
    """
    path = Path(path)
    label = printable(str(path), 200)
    as_csv = path.suffix.lower() == ".csv"
    text = read_text(
        path,
        label,
        what="a file of holdings",
        form="a YAML or CSV file",
        least="cash or equity, and positions",
    )
    tree = _from_csv(text, label) if as_csv else read_yaml(text, label)
    if not isinstance(tree.value, dict):
        raise InputError(
            f"got {written_as(tree.value)}",
            where=label,
            expected="a map with cash or equity, and positions",
        )
    try:
        holdings = Holdings.model_validate(tree.value)
    except ValidationError as error:
        raise explain(error, tree, label, model=Holdings) from None
    return HoldingsFile(holdings, label, tree.places)


def _from_csv(text: str, label: str) -> Tree:
    """Rows as the map that YAML gives: numbers are numbers, what is empty is left out."""
    rows = csv.reader(io.StringIO(text))
    try:
        header = [name.strip() for name in next(rows)]
        unknown = [name for name in header if name not in COLUMNS]
        if unknown or "sleeve" not in header or len(set(header)) < len(header):
            raise InputError(
                f"got the columns {printable(', '.join(header), 100)}",
                where=f"{label}:1",
                expected=f"sleeve, and of {', '.join(COLUMNS[1:])} what is needed, each once",
            )
        content: dict[str, Any] = {"positions": []}
        places: dict[KeyPath, Place] = {}
        for cells in rows:
            if any(cell.strip() for cell in cells):
                _row(content, places, header, cells, f"{label}:{rows.line_num}", rows.line_num)
    except csv.Error as error:
        raise InputError(f"not a CSV file: {error}", where=f"{label}:{rows.line_num}") from None
    return Tree(content, places)


def _row(
    content: dict[str, Any],
    places: dict[KeyPath, Place],
    header: list[str],
    cells: list[str],
    where: str,
    line: int,
) -> None:
    if len(cells) > len(header):
        raise InputError(
            f"got {len(cells)} cells",
            where=where,
            expected=f"{len(header)}, as the header has; a decimal sign is a point",
        )
    written = {
        name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()
    }
    values = {
        name: cell if name in ("sleeve", "right", "expiry") else _number(cell)
        for name, cell in written.items()
    }
    if written.get("sleeve") in AMOUNTS:
        name = written["sleeve"]
        if set(values) != {"sleeve", "units"} or name in content:
            raise InputError(
                f"got {name} twice" if name in content else f"got {name} with {', '.join(values)}",
                where=where,
                expected=f"one row for {name}, with its amount under units",
            )
        content[name] = values["units"]
        places[(name,)] = Place(where, written["units"], line)
        return
    at: KeyPath = ("positions", len(content["positions"]))
    places[at] = Place(where, "", line)
    for name, cell in written.items():
        places[(*at, name)] = Place(where, cell, line)
    content["positions"].append(values)


def _number(cell: str) -> object:
    """A number, or the text itself, which the model then refuses with its place."""
    try:
        return float(cell)
    except ValueError:
        return cell
