"""The scheduler's call: what is due is published, the last month is mailed; a second start changes nothing."""

import contextlib
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from retention_helpers import cli, pipeline
from retention_helpers.errors import CallError, MachineError, MailError, NotebookError, RetentionError
from retention_helpers.pipeline import MailRequest, RunRequest, monthly, publish_and_mail, run_months
from retention_helpers.pipeline.notebooks import find_notebooks
from retention_helpers.publishing import versions
from retention_helpers.publishing.notebook import read, write
from retention_helpers.publishing.request import MonthResult
from retention_helpers.publishing.versions import Place, publish, staging
from tests.company import company
from tests.publishing.mail.postbox import HOST, postbox
from tests.publishing.tiny import cell, everything_below, loaded, tiny

HEADER = "customer_id,order_id,ordered_at,amount"
ROWS = [f"c{month},{month},2024-{month:02d}-28,10.00" for month in range(1, 9)]
NOW = datetime(2024, 9, 2, 5, 6, 7, tzinfo=UTC)
HEAD = {"to": ["head@shop.example"], "notebooks": "all", "attach": "none"}


class Office:
    """A shop with rows until 28 August 2024 (July is its last complete month), and what was published and mailed."""

    def __init__(self, folder: Path) -> None:
        company(folder / "shop", "\n".join([HEADER, *ROWS]), recipients="people.yaml", reports_url="https://r.example")
        self.reports, self.notebooks = folder / "reports", folder / "notebooks"
        tiny(self.notebooks, "summary")
        self.people(head=HEAD)
        profile = str(folder / "shop" / "company.yaml")
        self.run = RunRequest(profile=profile, now=NOW, reports=self.reports, folder=self.notebooks)
        self.mail = MailRequest(profile=self.run.profile, now=NOW, reports=self.reports)
        self.published: list[str] = []
        self.mailed: list[str] = []
        self.said: list[str] = []
        self.fails: set[str] = set()
        self.unmailed: RetentionError | None = None

    def people(self, **lists: object) -> None:
        text = yaml.safe_dump({"lists": lists, "failures": {"to": ["watch@shop.example"]}})
        (self.notebooks.parent / "shop" / "people.yaml").write_text(text, encoding="utf-8")

    def run_months(self, request: RunRequest, *_: object) -> list[MonthResult]:
        (period,) = request.periods
        place = Place(self.reports, "company", period, f"run-{len(self.published)}-{period}")
        self.published.append(period)
        if period in self.fails:
            failure = self.reports / "_failed" / "company" / period / "summary" / "failure.json"
            failure.parent.mkdir(parents=True, exist_ok=True)
            failure.write_text(json.dumps({"period": period}), encoding="utf-8")
            raise NotebookError(f"{period}: summary failed")
        versions.remove(self.reports / "_failed" / "company" / period)
        self.write(place)
        return [MonthResult(place.published, ("summary",), (), ())]

    def write(self, place: Place, **said: object) -> None:
        with staging(place) as staged:
            names = {path.stem: {} for path in find_notebooks(folder=self.notebooks)}
            text = json.dumps({"is_complete": True, "failed": [], "missing": [], "notebooks": names} | said)
            (staged / "manifest.json").write_text(text, encoding="utf-8")
            publish(place)

    def mail_month(self, request: MailRequest, _: object) -> list[Path]:
        self.mailed.append(request.period)
        if request.period in self.fails:
            raise NotebookError(f"{request.period} failed, so its report is not mailed")
        if self.unmailed:
            raise self.unmailed
        return []

    def have(self, *periods: str, run_id: str = "before", **said: object) -> None:
        for period in periods:
            self.write(Place(self.reports, "company", period, f"{run_id}-{period}"), **said)

    def start(self, **more: int) -> list[str]:
        """What one start publishes."""
        before = len(self.published)
        publish_and_mail(self.run, self.mail, self.said.append, **more)
        return self.published[before:]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office(tmp_path)
    monkeypatch.setattr(monthly, "run_months", office.run_months)
    monkeypatch.setattr(monthly, "mail_month", office.mail_month)
    return office


def test_at_first_the_last_complete_month_is_published_and_mailed(office: Office) -> None:
    assert office.start() == ["2024-07"]
    assert office.mailed == ["2024-07"]


def test_a_restatement_is_told_once_though_nothing_is_due(office: Office) -> None:
    office.start()
    rows = [ROWS[0].replace("10.00", "12.00"), *ROWS[1:]]
    Path(office.run.profile).with_name("orders.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    for _ in range(2):
        assert office.start() == []
    assert [line for line in office.said if line.startswith("Restated: 2024-01")] == [
        "Restated: 2024-01: rows 1 before, 1 now; customers concerned: 1; revenue 10.00 before, 12.00 now."
    ]


def test_a_second_start_publishes_nothing_and_says_so(office: Office) -> None:
    office.start()
    before = everything_below(office.reports)
    assert office.start() == []
    assert "2024-07 is published; no later month is complete." in office.said
    assert everything_below(office.reports) == before


def test_missed_months_are_caught_up_in_order_and_the_last_one_is_mailed(office: Office) -> None:
    office.have("2024-05")
    assert office.start() == ["2024-06", "2024-07"]
    assert office.mailed == ["2024-07"]


def test_no_more_months_are_caught_up_than_asked_for_and_the_others_are_named(office: Office) -> None:
    office.have("2024-01")
    assert office.start(most=2) == ["2024-02", "2024-03", "2024-07"]
    assert any(line.startswith("Not caught up at this start: 2024-04, 2024-05, 2024-06.") for line in office.said)
    office.said.clear()
    assert office.start(most=1) == ["2024-04"]
    assert any(line.startswith("Not caught up at this start: 2024-05, 2024-06.") for line in office.said)
    assert office.start() == ["2024-05", "2024-06"]
    assert office.start() == []
    assert office.mailed == ["2024-07"] * 4


def test_the_months_that_fail_do_not_keep_those_that_were_never_tried(office: Office) -> None:
    office.have("2024-01")
    office.fails = {"2024-02", "2024-03"}
    for published in (["2024-02", "2024-03", "2024-07"], ["2024-04", "2024-05"], ["2024-02", "2024-06"]):
        with contextlib.suppress(NotebookError):
            office.start(most=2)
        assert office.published == published
        office.published.clear()


def test_months_that_the_source_no_longer_reaches_back_to_are_not_due(office: Office) -> None:
    office.have("2023-06", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07")
    office.have("2023-09", is_complete=False)
    assert office.start(most=12) == ["2024-01", "2024-02"]


@pytest.mark.parametrize("month", ["2024-05", "2024-07"])
@pytest.mark.parametrize("said", [{"is_complete": False}, {"failed": ["baskets"]}, {"missing": ["baskets"]}])
def test_a_month_that_was_published_in_part_or_too_early_is_published_whole(
    office: Office, said: dict[str, object], month: str
) -> None:
    """Though later months were published since."""
    tiny(office.notebooks, "baskets")
    office.have("2024-04", "2024-05", "2024-06", "2024-07")
    office.have(month, run_id="again", **said)
    assert office.start() == [month]
    assert office.start() == []


def test_past_months_stay_without_a_notebook_that_was_added_after_them(office: Office) -> None:
    office.have("2024-05", "2024-06", "2024-07")
    tiny(office.notebooks, "baskets")
    assert office.start() == ["2024-07"]


def test_the_last_month_is_whole_with_every_notebook_that_there_is(office: Office) -> None:
    office.have("2024-07")
    tiny(office.notebooks, "baskets")
    assert office.start() == ["2024-07"]
    assert office.start() == []


def test_a_notebook_whose_table_the_company_does_not_have_makes_no_month_partial(office: Office) -> None:
    office.have("2024-07")
    path = tiny(office.notebooks, "loyalty")
    node = read(path)
    node.metadata["retention_report"] = {"needs": ["memberships"]}
    write(node, path)
    assert office.start() == []


def test_a_month_whose_front_page_fails_is_not_mailed_as_it_was_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No notebook failed, so nothing is kept that a letter could tell of."""
    office.have("2024-07", missing=["baskets"])
    tiny(office.notebooks, "baskets")

    def refused(*_: object) -> None:
        raise NotebookError("index: its page was not accepted")

    monkeypatch.setattr(monthly, "run_months", refused)
    with pytest.raises(NotebookError, match="not accepted"):
        office.start()
    assert office.mailed == []


@pytest.mark.slow
def test_a_month_with_only_some_of_its_notebooks_is_not_mailed_before_the_others_ran(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With true kernels: what publishing writes down is what the next start reads."""
    tiny(office.notebooks, "baskets")
    monkeypatch.setattr(monthly, "run_months", run_months)
    run_months(replace(office.run, periods=["2024-07"], notebooks=["summary"]), office.said.append)
    month = office.reports / "company" / "2024-07"
    assert loaded(month / "manifest.json")["missing"] == ["baskets"]
    office.run = replace(office.run, now=NOW.replace(hour=6))
    office.start()
    assert "Published: " + str(month / "index.html") in office.said
    manifest = loaded(month / "manifest.json")
    assert (manifest["missing"], set(manifest["notebooks"])) == ([], {"summary", "baskets"})
    before = everything_below(office.reports)
    office.start()
    assert everything_below(office.reports) == before


def test_a_month_published_before_it_was_over_counts_for_nothing(office: Office) -> None:
    office.have("2024-07")
    office.have("2024-08", is_complete=False)
    assert office.start() == []
    assert office.mailed == ["2024-07"]


def test_a_month_that_fails_is_told_does_not_keep_the_next_and_is_tried_again(office: Office) -> None:
    office.have("2024-05")
    office.fails = {"2024-06"}
    with pytest.raises(NotebookError, match="2024-06: summary failed"):
        office.start()
    assert (office.published, office.mailed) == (["2024-06", "2024-07"], ["2024-06", "2024-07"])
    office.fails = set()
    assert office.start() == ["2024-06"]


def test_a_month_that_failed_after_it_was_published_is_tried_again_until_it_does_not(office: Office) -> None:
    office.have("2024-07")
    office.fails = {"2024-07"}
    with pytest.raises(NotebookError):
        office.run_months(replace(office.run, periods=["2024-07"]))
    with pytest.raises(NotebookError):
        office.start()
    office.fails = set()
    assert office.start() == ["2024-07"]
    assert office.start() == []


@pytest.mark.slow
@pytest.mark.parametrize("is_published_before", [True, False])
def test_the_failure_of_a_notebook_that_was_taken_away_is_answered_by_the_next_start(
    office: Office, monkeypatch: pytest.MonkeyPatch, is_published_before: bool
) -> None:
    """With true kernels, and also where the month is as it would be made now and none is started."""
    monkeypatch.setattr(monthly, "run_months", run_months)
    if is_published_before:
        office.start()
    path = tiny(office.notebooks, "baskets", cell("raise ValueError('no such column')"))
    office.run = replace(office.run, now=NOW.replace(hour=6))
    with pytest.raises(NotebookError, match="baskets: cell 4: ValueError"):
        run_months(replace(office.run, periods=["2024-07"], notebooks=["baskets"]), office.said.append)
    path.unlink()
    office.run = replace(office.run, now=NOW.replace(hour=7))
    office.start()
    assert not (office.reports / "_failed").exists()
    assert "no such column" not in (office.reports / "company" / "index.html").read_text(encoding="utf-8")
    before = everything_below(office.reports)
    office.start()
    assert everything_below(office.reports) == before


SERVER = {"RETENTION_SMTP_HOST": HOST, "RETENTION_SMTP_FROM": "reports@shop.example"}
ANALYST = {"analyst": HEAD | {"to": ["${RETENTION_MAIL_ANALYST}"]}}


@pytest.mark.parametrize(
    ("environment", "lists", "says"),
    [
        ({"RETENTION_SMTP_HOST": ""}, {}, "RETENTION_SMTP_HOST"),
        ({"RETENTION_SMTP_FROM": "nobody"}, {}, "RETENTION_SMTP_FROM: 'nobody' is no mail address"),
        ({"RETENTION_ALERT_URLS": "nonsense"}, {}, "RETENTION_ALERT_URLS: address 1 is none that apprise knows"),
        ({"RETENTION_MAIL_ANALYST": "not an address"}, ANALYST | {"head": HEAD}, "'not an address' is no mail address"),
        ({}, ANALYST, "nobody to send to. Set RETENTION_MAIL_ANALYST"),
        ({}, ANALYST | {"support": HEAD | {"notebooks": ["feedback"]}}, "nobody to send to"),
        ({}, {"head": HEAD | {"language": "uk"}}, 'head: the profile publishes in en, not in "uk"'),
        ({}, {"nonsense": {}}, "people.yaml"),
    ],
)
def test_what_mail_would_be_refused_for_is_told_before_anything_is_begun(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    lists: dict[str, object],
    says: str,
) -> None:
    for name, value in (SERVER | environment).items():
        monkeypatch.setenv(name, value)
    if lists:
        office.people(**lists)
    office.mail = replace(office.mail, send=True)
    with pytest.raises(CallError, match=re.escape(says)):
        office.start()
    assert not office.reports.exists()
    assert office.published == []


def test_without_sending_neither_a_server_nor_anybody_is_needed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RETENTION_SMTP_HOST", raising=False)
    office.people(**ANALYST)
    assert office.start() == ["2024-07"]


@pytest.mark.parametrize(
    ("trouble", "ends_with"), [(MailError("down"), 5), (CallError("nobody"), 5), (MachineError("no browser"), 6)]
)
def test_a_mail_that_fails_after_a_month_was_published_is_no_refused_call(
    office: Office, trouble: RetentionError, ends_with: int
) -> None:
    office.unmailed = trouble
    with pytest.raises(RetentionError, match=str(trouble)) as caught:
        office.start()
    assert caught.value.exit_code == ends_with
    assert office.published == ["2024-07"]


def test_a_failed_notebook_is_told_at_once_and_ends_the_call_whatever_becomes_of_the_mail(office: Office) -> None:
    office.have("2024-05")
    office.fails, office.unmailed = {"2024-06"}, MailError("the server is down")
    with pytest.raises(NotebookError, match=r"2024-06: summary failed(.|\n)*the server is down"):
        office.start()
    told = [line.startswith("2024-06: summary failed") for line in office.said]
    assert told.index(True) < office.said.index(next(line for line in office.said if "2024-07" in line))
    assert office.mailed == ["2024-06", "2024-07"]


@pytest.mark.slow
def test_the_command_publishes_mails_and_started_twice_does_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a true kernel and a true server. The password is nowhere: in no file, no line, not in the kernel either."""
    office = Office(tmp_path)
    tiny(office.notebooks, "summary", cell("import os; print(sorted(os.environ.items()))"))
    real = pipeline.publish_and_mail
    monkeypatch.setattr(
        pipeline,
        "publish_and_mail",
        lambda run, *more, **others: real(replace(run, folder=office.notebooks), *more, **others),
    )
    secret = "ra1nb0w-and-mud"
    for name, value in {"HOST": HOST, "FROM": "reports@shop.example", "USER": "reports", "PASSWORD": secret}.items():
        monkeypatch.setenv(f"RETENTION_SMTP_{name}", value)
    call = ["monthly", "--profile", office.run.profile, "--reports", str(office.reports)]
    with postbox() as box:
        monkeypatch.setenv("RETENTION_SMTP_PORT", str(box.port))
        box.authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert cli.main([*call, "--send"]) == 5  # it is not the server's password
        said = capsys.readouterr()
        everything = b"".join(
            text if isinstance(text, bytes) else text.encode()
            for text in (*everything_below(tmp_path).values(), said.out, said.err)
        )
        assert b"RETENTION_TABLES" in everything  # the notebook did look
        assert b"RETENTION_SMTP_" not in everything
        assert secret.encode() not in everything
        assert os.environ["RETENTION_SMTP_PASSWORD"] == secret

        monkeypatch.setenv("RETENTION_SMTP_PASSWORD", "right")
        assert cli.main([*call, "--send"]) == 0
        before = everything_below(office.reports)
        assert cli.main([*call, "--send"]) == 0
    assert [envelope.rcpt_tos for envelope in box.arrived] == [["head@shop.example"]]
    assert everything_below(office.reports) == before
    assert "head: went out already" in capsys.readouterr().out
