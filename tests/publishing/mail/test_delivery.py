"""A message meets a real server: STARTTLS, AUTH, put off, refused, cut off."""

import email
import socket
import ssl
from email import policy

import pytest

from retention_helpers.publishing.mail import delivery
from retention_helpers.publishing.mail.delivery import WAITS, deliver
from tests.publishing.mail.postbox import HOST, postbox

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

MESSAGE = b"From: a@b.example\r\nSubject: x\r\n\r\nHello\r\n"
HEAD = "head@shop.example"


def test_a_message_that_is_put_off_twice_is_delivered_over_tls_with_a_login() -> None:
    slept: list[float] = []
    with postbox("451 4.7.1 greylisted", "451 4.7.1 greylisted") as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(), slept.append, box.context)
    assert (outcome.delivered, outcome.refused) == ((HEAD,), {})
    assert slept == list(WAITS[:2])
    assert box.arrived[0].rcpt_tos == [HEAD]
    assert email.message_from_bytes(box.arrived[0].content, policy=policy.default)["Subject"] == "x"


def test_a_line_that_breaks_is_tried_again() -> None:
    slept: list[float] = []
    with postbox("hang up") as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(), slept.append, box.context)
    assert outcome.delivered == (HEAD,)
    assert slept == [WAITS[0]]


def test_a_recipient_that_is_refused_is_not_tried_again_and_the_others_get_their_mail_once() -> None:
    slept: list[float] = []
    with postbox() as box:
        outcome = deliver(MESSAGE, ["gone@shop.example", HEAD], box.server(), slept.append, box.context)
    assert outcome.delivered == (HEAD,)
    assert outcome.refused == {"gone@shop.example": "550 5.1.1 no such user"}
    assert slept == []
    assert [envelope.rcpt_tos for envelope in box.arrived] == [[HEAD]]


def test_when_all_recipients_are_refused_each_says_why() -> None:
    with postbox() as box:
        outcome = deliver(MESSAGE, ["gone@shop.example", "gone2@shop.example"], box.server(), pytest.fail, box.context)
    assert outcome.delivered == ()
    assert set(outcome.refused.values()) == {"550 5.1.1 no such user"}


def test_a_message_that_is_refused_is_not_tried_again() -> None:
    with postbox("554 5.6.0 no") as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(), pytest.fail, box.context)
    assert outcome.refused == {HEAD: "554 5.6.0 no"}
    assert box.asked == 1


def test_a_message_that_is_always_put_off_is_given_up() -> None:
    slept: list[float] = []
    with postbox(*["451 later"] * 9) as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(), slept.append, box.context)
    assert outcome.refused == {HEAD: "451 later"}
    assert slept == list(WAITS)
    assert box.asked == len(WAITS) + 1


def test_a_wrong_password_is_refused_at_once_and_not_repeated_in_the_message() -> None:
    with postbox() as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(password="wr0ng-secret"), pytest.fail, box.context)
    assert outcome.delivered == ()
    assert outcome.refused == {HEAD: "535 user name or password not accepted"}
    assert box.logins == 2  # once in each of the ways that the server knows, in one conversation
    assert box.arrived == []
    assert "wr0ng-secret" not in repr(box.server(password="wr0ng-secret"))


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_said() -> None:
    with postbox() as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(), pytest.fail)
    assert outcome.delivered == ()
    assert "certificate is not trusted" in outcome.refused[HEAD]
    assert (box.logins, box.arrived) == (0, [])


def test_a_certificate_of_another_host_is_refused() -> None:
    with postbox() as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(host="localhost"), pytest.fail, box.context)
    assert "certificate is not trusted" in outcome.refused[HEAD]
    assert box.logins == 0


def test_a_server_without_tls_gets_nothing() -> None:
    with postbox() as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(starttls=False), pytest.fail, box.context)
    assert outcome.delivered == ()
    assert (box.logins, box.arrived) == (0, [])


def test_a_server_that_does_not_answer_is_asked_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.2)
    slept: list[float] = []
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        with postbox() as box:
            server = box.server(port=silent.getsockname()[1])
        outcome = deliver(MESSAGE, [HEAD], server, slept.append, ssl.create_default_context())
    assert outcome.delivered == ()
    assert "timed out" in outcome.refused[HEAD]
    assert slept == list(WAITS)


def test_a_goodbye_that_fails_does_not_send_the_message_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_goodbye(self: object) -> None:
        raise ConnectionResetError("gone")

    monkeypatch.setattr(delivery.smtplib.SMTP, "quit", no_goodbye)
    with postbox() as box:
        outcome = deliver(MESSAGE, [HEAD], box.server(), pytest.fail, box.context)
    assert outcome.delivered == (HEAD,)
    assert len(box.arrived) == 1
