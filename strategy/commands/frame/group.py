"""A click group that loads commands when they are called and answers a mistyped one."""

from __future__ import annotations

import difflib
import errno
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from market.errors import InputError
from market.inert import CONTROL
from strategy.commands.frame.lines import tell

#: Where the words typed are kept in the context, for `run.json`.
TYPED = "simulate.typed"
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class Mistake(click.ClickException):
    """A user's mistake: one line on stderr, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"error: {self.format_message()}", err=True, file=file)


class Commands(click.Group):
    """A group of commands known by name, home and one line of help.

    Parameters
    ----------
    homes : mapping of str to (str, str)
        For each command ``package.module:attribute`` and its line in the
        list of commands, in the order of that list.
    """

    def __init__(self, *args: Any, homes: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.homes:
            return None
        module, _, attribute = self.homes[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.homes.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.homes and not name.startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name, self.homes, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(self.homes)}"
            ctx.fail(f"no such command '{name}'; {hint}")
        return super().resolve_command(ctx, args)


class Program(Commands):
    """The outermost group: here mistakes become one line and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[TYPED] = [ctx.info_name or "simulate", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with Interrupts() as interrupts:
            try:
                return self._answer(ctx)
            except BaseException as error:
                # an extension module that is interrupted in its import says that it is broken
                if not interrupts.came and not isinstance(error, KeyboardInterrupt):
                    raise
            tell("interrupted", err=True)
            ctx.exit(INTERRUPTED)

    def _answer(self, ctx: click.Context) -> Any:
        try:
            _names_are_text([*ctx.meta.get(TYPED, ()), os.getcwd()])
            return super().invoke(ctx)
        except InputError as mistake:
            raise Mistake(mistake.line()) from mistake
        except OSError as error:
            # a full disk, a folder that vanished: the user's world, not a bug; a closed
            # pipe is for click
            if error.errno == errno.EPIPE:
                raise
            name = os.fsdecode(error.filename) if error.filename else ""
            reason = error.strerror or str(error)
            raise Mistake(InputError(reason, where=name).line()) from error
        except MemoryError as error:
            raise Mistake("not enough memory; close other programs or ask for less") from error


class Interrupts:
    """Ctrl-C as an exception while a command works, so that it closes and removes what is open.

    Attributes
    ----------
    came : bool
        Whether there was one, whatever became of its exception.
    """

    def __init__(self) -> None:
        self.came = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        # other threads have no say; a background process ignores Ctrl-C, which is kept
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):
                self._before = before
                signal.signal(signal.SIGINT, self._raise)
        return self

    def __exit__(self, *raised: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _raise(self, number: int, frame: object) -> None:
        self.came = True
        raise KeyboardInterrupt


def _names_are_text(names: Sequence[str]) -> None:
    """Refuse names that are not text before any work: no file that is written could hold them.

    Nor may a name hold control codes: a terminal would obey them.
    """
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise InputError(
                f"the name {name[:200]!r} is not UTF-8",
                expected="names of files and folders in UTF-8",
                do="rename it, or work in another folder",
            ) from None
        if CONTROL.search(name):
            raise InputError(
                f"{name[:200]!r} holds control codes",
                expected="names of files and folders that a terminal can show",
                do="rename it, or work in another folder",
            )
