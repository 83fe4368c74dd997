"""Claims files: YAML in, a validated `ClaimsFile` out, every mistake as one line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from market.container import PRICE_COLUMNS
from market.errors import InputError
from market.series.catalogue import PRICE_SERIES, find
from strategy.audit.claims.claim import rules_of
from strategy.audit.claims.statements import DERIVED, PRICES, ClaimsFile
from strategy.plan.file.errors import explain, place_of, where
from strategy.plan.file.yaml_tree import MAX_BYTES, KeyPath, Tree, printable, read_yaml, written_as

#: Name of a claims file that is found beside a plan.
BESIDE_PLAN = "claims.yaml"


@dataclass(frozen=True)
class LoadedClaims:
    """A claims file with its place.

    Attributes
    ----------
    claims : ClaimsFile
    name : str
        The file's name, without its folder.
    """

    claims: ClaimsFile
    name: str

    @property
    def sha256(self) -> str:
        """Hash of what the file means: equal for files that differ in comments only."""
        text = json.dumps(self.claims.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def load_claims(path: str | Path) -> LoadedClaims:
    """Read a claims file.

    Raises
    ------
    InputError
        For every mistake in the file: not readable, not YAML, a key or value
        that does not fit, a rule or series that does not exist.
    """
    path = Path(path)
    label = printable(str(path), 200)
    tree = read_yaml(_text(path, label), label)
    if not isinstance(tree.value, dict):
        raise InputError(
            f"got {written_as(tree.value)}",
            where=label,
            expected="a map with as_of, claims, readings and forecasts",
        )
    try:
        claims = ClaimsFile.model_validate(tree.value)
    except ValidationError as error:
        raise explain(error, tree, label, model=ClaimsFile) from None
    _check_names(claims, tree, label)
    return LoadedClaims(claims, path.name)


def find_claims(plan_file: str | Path, given: str | None) -> Path:
    """The claims file of a plan: the one named, else ``claims.yaml`` beside it, else the bundled.

    A plan that comes with the program has the bundled claims beside it.
    """
    if given is not None:
        return Path(given)
    beside = Path(plan_file).parent / BESIDE_PLAN
    if beside.is_file():
        return beside
    import configs

    return Path(next(iter(configs.__path__))) / BESIDE_PLAN


def _text(path: Path, label: str) -> str:
    if path.is_dir():
        raise InputError("this is a folder", where=label, expected="a claims file")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError("no such file", where=label, expected="a claims file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", where=label) from None
    if len(content) > MAX_BYTES:
        raise InputError("larger than 1 MB", where=label, expected="a claims file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=label, expected="YAML") from None


def _check_names(claims: ClaimsFile, tree: Tree, label: str) -> None:
    for i, claim in enumerate(claims.claims):
        for key, name, parameters in rules_of(claim):
            _check_rule(name, parameters, ("claims", i, key), tree, label)
    for i, reading in enumerate(claims.readings):
        path: KeyPath = ("readings", i)
        if reading.rule is not None:
            _check_rule(reading.rule, dict(reading.parameters), path, tree, label)
        if reading.series is None:
            continue
        known: tuple[str, ...] = (*PRICE_COLUMNS, *DERIVED)
        if reading.series not in (PRICES, PRICE_SERIES):
            with _located((*path, "series"), tree, label):
                known = find(reading.series).columns
        if reading.column is not None and reading.column not in known:
            with _located((*path, "column"), tree, label):
                raise InputError(
                    f"got {written_as(reading.column)}", expected=f"one of {', '.join(known)}"
                )


def _check_rule(
    name: str, parameters: dict[str, object], path: KeyPath, tree: Tree, label: str
) -> None:
    from signals import find as find_rule
    from signals.catalogue.parameters import check

    with _located((*path, "rule"), tree, label):
        rule = find_rule(name)
    with _located((*path, "parameters"), tree, label):
        check(rule.name, rule.parameters, parameters)


@contextmanager
def _located(path: KeyPath, tree: Tree, label: str) -> Iterator[None]:
    """Add file, line and key to a mistake that names a rule or series only."""
    try:
        yield
    except InputError as error:
        inner = error.where.rpartition(".")[2] if "." in error.where else ""
        at = (*path, inner) if (*path, inner) in tree.places else path
        raise InputError(
            error.what,
            where=where(at, place_of(at, tree), label),
            expected=error.expected,
            do=error.do,
        ) from None
