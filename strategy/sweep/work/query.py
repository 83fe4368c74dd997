"""SQL on a sweep's tables through DuckDB: reading only, and nothing but these tables."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from market.errors import InputError
from strategy.plan.file.yaml_tree import printable
from strategy.sweep.work.folder import SweepFolder

#: Rows that are fetched at most; a larger answer belongs into a file of the user's own.
MOST_ROWS = 1_000_000
SECONDS, MEMORY = 60, "2GB"
"""What one answer may take: a query without end is told so."""


@dataclass(frozen=True)
class Answer:
    """Column names and rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query(folder: SweepFolder, sql: str) -> Answer:
    """Answer a query about a sweep.

    The tables are ``variants`` and ``vintages``; keys of the plan are columns
    with dots in their names, so they are quoted: ``"tactical.stop"``. Files,
    the network and settings are out of reach of the query.

    Parameters
    ----------
    folder : SweepFolder
    sql : str
        One statement.

    Raises
    ------
    InputError
        Where the sweep is not done, or the statement cannot be answered.
    """
    import duckdb
    import pyarrow.dataset

    summary = folder.summary()
    if summary.get("state") == "complete":
        folder.check_tables(summary)
    else:
        raise InputError(
            "the sweep is not done",
            where=str(folder.path),
            do="run it again: it goes on where it was",
        )
    connection = duckdb.connect(":memory:")
    limit = threading.Timer(SECONDS, connection.interrupt)
    limit.daemon = True
    try:
        for name, path in (("variants", folder.variants), ("vintages", folder.vintages)):
            connection.register(name, pyarrow.dataset.dataset(path))
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            asked = connection.extract_statements(sql)
            if len(asked) != 1:
                raise InputError(
                    f"{len(asked) or 'no'} statements",
                    where="SQL",
                    expected="one, for example: select * from variants limit 5",
                )
            limit.start()
            found = connection.execute(sql)
            columns = [str(column[0]) for column in found.description or ()]
            rows = found.fetchmany(MOST_ROWS + 1)
        except duckdb.InterruptException:
            raise InputError(
                f"no answer within {SECONDS} s",
                where="SQL",
                do="ask for less; a recursive query needs an end",
            ) from None
        except duckdb.Error as error:
            raise InputError(
                _first_line(error), where="SQL", do=_hint(str(error), folder)
            ) from None
    finally:
        limit.cancel()
        connection.close()
    if len(rows) > MOST_ROWS:
        raise InputError(
            f"the answer has more than {MOST_ROWS:,} rows", where="SQL", do="add a limit"
        )
    return Answer(columns, rows)


def _first_line(error: Exception) -> str:
    return printable(str(error).splitlines()[0], 300)


def _hint(message: str, folder: SweepFolder) -> str:
    if "Referenced table" in message:
        keys = [f'"{k}"' for a in folder.summary()["sweep"]["axes"] for k in a["keys"]]
        return f"quote the keys of the plan: {', '.join(keys)}"
    return ""
