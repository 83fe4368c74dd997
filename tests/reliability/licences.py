"""Licences of everything that is installed, held against those that the project accepts.

    pip-licenses --python .venv/bin/python --format=json --from=mixed \
        --with-license-file --no-license-path | python -m tests.reliability.licences

`make licences` installs pip-licenses beside the project and runs this; no network
is asked but for that installation. Exit code 1 where a licence is not accepted.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping

#: What a package may be under: words of its metadata, each an SPDX id or what people write for it.
ACCEPTED = {
    "0BSD": ("0BSD",),
    "Apache-2.0": ("Apache-2.0", "Apache 2.0", "Apache Software License", "Apache License 2.0"),
    "Apache-2.0 WITH LLVM-exception": ("Apache-2.0 WITH LLVM-exception",),
    "BSD": (
        *("BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "3-Clause BSD License"),
        *("Simplified BSD", "New BSD License"),
    ),
    "CC0-1.0": ("CC0-1.0",),
    "CNRI-Python": ("CNRI-Python",),
    "ISC": ("ISC", "ISC License (ISCL)"),
    "MIT": ("MIT", "MIT License", "MIT-0", "MIT-CMU"),
    # of files: a change of these files is to be published, their use is free
    "MPL-2.0": ("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
    "NCSA": ("NCSA",),
    "PSF-2.0": ("PSF-2.0", "Python Software Foundation License"),
    "Unlicense": ("Unlicense", "The Unlicense (Unlicense)"),
    "Zlib": ("Zlib",),
}
_BY_WORDS = {words.lower(): name for name, known in ACCEPTED.items() for words in known}

COMMONS = "Apache-2.0 with the Commons Clause: to be used, not to be sold as a service"
#: Packages under something else, with the reason why they are here all the same.
EXCEPTIONS = {
    "vectorbt": COMMONS,
    "vectorbt-rust": COMMONS,
    "docutils": "public domain and BSD, one editor's mode GPL; the extra docs alone uses it",
    "backtesting": "AGPL-3.0: the tests of the extra crosscheck alone use it",
}
_MIT_TEXT = "permission is hereby granted, free of charge, to any person obtaining a copy"


def licence(package: Mapping[str, str]) -> str:
    """What the metadata say; where they say nothing, MIT by its text."""
    said = package["License"].strip()
    if said != "UNKNOWN":
        return said
    text = " ".join(package.get("LicenseText", "").lower().split())
    return "MIT" if _MIT_TEXT in text and "commons clause" not in text else said


def accepted(said: str) -> tuple[str, ...]:
    """The accepted licences that `said` means; empty where a part of it is none.

    Of alternatives (OR) one is enough, of several at once (AND, ;) all count.
    """
    found: list[str] = []
    for part in re.split(r"\s+AND\s+|;", said):
        choices = [_BY_WORDS.get(c.strip(" ()").lower()) for c in re.split(r"\s+OR\s+", part)]
        whole = _BY_WORDS.get(part.strip().lower())
        good = [c for c in (whole, *choices) if c]
        if not good:
            return ()
        found.append(good[0])
    return tuple(found)


def judge(packages: Iterable[Mapping[str, str]]) -> tuple[list[str], list[str]]:
    """What to print, and what is not accepted."""
    counts: Counter[str] = Counter()
    told, refused = [], []
    for package in packages:
        name, said = package["Name"], licence(package)
        names = accepted(said)
        if names:
            counts[" and ".join(dict.fromkeys(names))] += 1
        elif name in EXCEPTIONS:
            told.append(f"{name} {package['Version']}: {EXCEPTIONS[name]}")
        else:
            refused.append(f"{name} {package['Version']}: {said}")
    lines = [f"{n:4} {name}" for name, n in counts.most_common()]
    return [*lines, *told], refused


def main() -> int:
    """Command line of the module."""
    packages = json.load(sys.stdin)
    lines, refused = judge(packages)
    print("\n".join(lines))
    for line in refused:
        print(f"not accepted: {line}", file=sys.stderr)
    if not packages:
        print("no packages were listed", file=sys.stderr)
    return 1 if refused or not packages else 0


if __name__ == "__main__":
    sys.exit(main())
