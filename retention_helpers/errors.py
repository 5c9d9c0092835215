"""Every error a user can meet, and the exit code each becomes.

    RetentionError
    |- CallError          2   the call, a parameter or the profile is wrong
    |  |- PeriodError
    |  |- ParameterError
    |  |- ProfileError
    |- SourceError        3   the source is missing, lacks a mapped column or is unusable
    |- NotebookError      1   a notebook failed; the month is not published
    |- LockedError        4   another run holds the profile
    |- MailError          5   a mail, or an alert to a chat, was not delivered
    |- MachineError       6   not writable, disk full, no kernel
    |- Fault             70   a fault of ours

A message says what is wrong, where (the first rows or names) and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class RetentionError(Exception):
    """Base of all errors that are told to the user in one message."""

    exit_code = 70


class CallError(RetentionError):
    """The command line, a parameter or the profile is wrong; nothing was started."""

    exit_code = 2


class PeriodError(CallError):
    """A period that cannot be read, is not complete, or lies outside the data."""


class ParameterError(CallError):
    """A notebook parameter that is unknown or has the wrong type or value."""


class ProfileError(CallError):
    """A profile that cannot be read or does not keep to its form."""


class SourceError(RetentionError):
    """A source that is missing, lacks a mapped column, or cannot be used."""

    exit_code = 3


class NotebookError(RetentionError):
    """A notebook failed, so its month is not published."""

    exit_code = 1


class LockedError(RetentionError):
    """Another run holds the lock of the profile."""

    exit_code = 4


class MailError(RetentionError):
    """A mail, or an alert to a chat, was not delivered: refused, or nobody could be reached."""

    exit_code = 5


class MachineError(RetentionError):
    """The machine does not allow the work: folder not writable, disk full, no kernel."""

    exit_code = 6


class Fault(RetentionError):
    """A state that cannot happen unless our own code is wrong."""

    exit_code = 70


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """The closest of ``choices`` as a question, or nothing.

    >>> did_you_mean("custmer_id", ["customer_id", "amount"])
    ' Did you mean "customer_id"?'
    >>> did_you_mean("zzz", ["customer_id"])
    ''
    """
    lowered = {choice.lower(): choice for choice in choices}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return f' Did you mean "{lowered[close[0]]}"?' if close else ""
