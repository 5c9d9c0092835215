"""What is for sending is for sending alone: notebooks run without it, for a cell can print its environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Servers and passwords, recipients, addresses of chats (which hold their key).
SENDING = ("RETENTION_SMTP_", "RETENTION_MAIL_", "RETENTION_ALERT_")


@contextmanager
def without_secrets() -> Iterator[None]:
    """Meanwhile nothing of it is in the environment, nor in that of any process started; afterwards it is as before."""
    taken = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith(SENDING)}
    try:
        yield
    finally:
        os.environ.update(taken)
