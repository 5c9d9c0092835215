"""Passwords of the mail are for the mail alone: notebooks run without them, for a cell can print its environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

SECRETS = ("RETENTION_SMTP_PASSWORD",)


@contextmanager
def without_secrets() -> Iterator[None]:
    """Meanwhile the secrets are not in the environment, nor in that of any process started; afterwards as before."""
    taken = {name: os.environ.pop(name) for name in SECRETS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)
