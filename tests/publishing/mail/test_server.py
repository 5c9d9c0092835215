"""The settings of the mail server."""

import pytest

from retention_helpers.errors import CallError
from retention_helpers.publishing.mail.server import NOBODY, Server, sender_of, server_of

NEEDED = {"RETENTION_SMTP_HOST": "mail.shop.example", "RETENTION_SMTP_FROM": "reports@shop.example"}


def test_host_and_sender_are_enough() -> None:
    assert server_of(NEEDED) == Server("mail.shop.example", "reports@shop.example", 587, "", "", starttls=True)


def test_every_setting_is_read() -> None:
    more = {"PORT": "2525", "USER": "u", "PASSWORD": "p", "STARTTLS": "1"}
    found = server_of(NEEDED | {f"RETENTION_SMTP_{name}": value for name, value in more.items()})
    assert (found.port, found.user, found.password, found.starttls) == (2525, "u", "p", True)


def test_without_starttls_it_is_tls_from_the_first_byte() -> None:
    found = server_of(NEEDED | {"RETENTION_SMTP_STARTTLS": "0"})
    assert (found.port, found.starttls) == (465, False)


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(server_of(NEEDED | {"RETENTION_SMTP_USER": "u", "RETENTION_SMTP_PASSWORD": "s3cret"}))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"HOST": " "}, "set RETENTION_SMTP_HOST"),
        ({"HOST": "", "FROM": ""}, "set RETENTION_SMTP_HOST and RETENTION_SMTP_FROM"),
        ({"FROM": "x\nBcc: y@z.example"}, "is no mail address"),
        ({"PORT": "smtp"}, "is no port"),
        ({"PORT": "99999"}, "is no port"),
        ({"STARTTLS": "maybe"}, "neither 1 nor 0"),
        ({"USER": "u"}, "set both"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(changed: dict[str, str], said: str) -> None:
    with pytest.raises(CallError, match=said):
        server_of(NEEDED | {f"RETENTION_SMTP_{name}": value for name, value in changed.items()})


def test_letters_that_are_only_written_come_from_nobody() -> None:
    assert sender_of({}) == NOBODY
    assert sender_of(NEEDED) == "reports@shop.example"
