"""Which letters a month makes: one a list, one a manager; of a month that failed, one about that and no other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention_helpers.params import Addressees, MailList, Profile, Recipients
from retention_helpers.params.recipients import Resolved
from retention_helpers.publishing.browser import PrintPage
from retention_helpers.publishing.mail.attachment import Attachment, attachments
from retention_helpers.publishing.mail.contents import Links, contents
from retention_helpers.publishing.mail.letter import Letter, Reach, month_letter
from retention_helpers.publishing.mail.message import unsubscribe_address
from retention_helpers.publishing.mail.notice import customers_by_manager, failure_notice, manager_notice
from retention_helpers.publishing.mail.published import Published, open_published
from retention_helpers.words import Words

from .readiness import check_way

Say = Callable[[str], None]


@dataclass(frozen=True)
class Draft:
    """A letter and who is to get it. ``about`` is what nobody hears of twice, ``report`` the run that made it."""

    list: str
    about: str
    report: str
    to: Resolved
    letter: Letter
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Desk:
    """What every letter of one month is written with."""

    profile: Profile
    period: str
    reports: Path
    sender: str
    print_page: PrintPage | None = None

    @property
    def month(self) -> Path:
        return self.reports / self.profile.name / self.period

    def links(self, inside: str = "") -> Links:
        if self.profile.reports_url is None:
            return Links()
        parts = (self.profile.reports_url.rstrip("/"), self.profile.name, self.period, inside)
        return Links("/".join(filter(None, parts)))

    def words(self, language: str | None) -> Words:
        return Words(language or self.profile.locale, self.profile.currency)

    def reach(self, list_name: str, links: Links, words: Words, enclosed: Sequence[Attachment] = ()) -> Reach:
        why = words.say(
            "You get this mail because you are on the list {list} of {company}.",
            list=list_name.replace("_", " "),
            company=self.profile.title,
        )
        names = tuple(item.name for item in enclosed)
        return Reach(links.page("index"), names, why, unsubscribe_address(self.sender, list_name))


def month_drafts(desk: Desk, recipients: Recipients, say: Any) -> list[Draft]:
    """One letter a list, and one a manager whose customers the month names.

    ``say`` hears of lists that the month has nothing for. Raises what `open_published` raises, and `CallError` for a
    letter that would neither carry nor reach the report.
    """
    found = []
    for name, wanted in recipients.lists.items():
        month = open_published(desk.month, wanted.language)
        notebooks = month.chosen(wanted.notebooks)
        if notebooks:
            found.append(_list_draft(desk, name, wanted, month))
        else:
            say(f"{name}: {desk.period} has none of its notebooks ({', '.join(wanted.notebooks)}): no mail.")
    return [*found, *_manager_drafts(desk, recipients.managers, say)]


def failure_draft(desk: Desk, wanted: Addressees, failures: Sequence[Mapping[str, Any]]) -> Draft:
    """The letter to those who hear of failures."""
    words = desk.words(wanted.language)
    title, runs = desk.profile.title, sorted({failure["run_id"] for failure in failures})
    folder = f"_failed/{desk.profile.name}/{desk.period}"
    notice = failure_notice(failures, title, folder, (desk.month / "manifest.json").is_file(), words)
    subject = _subject(wanted, words, desk, f"{title}: {notice.title}")
    letter = notice.letter(subject, desk.reach("failures", Links(), words), words)
    about = f"failed {desk.period} {' '.join(runs)}"
    return Draft("failures", about, about, wanted.resolve(), letter)


def _list_draft(desk: Desk, name: str, wanted: MailList, month: Published) -> Draft:
    words = desk.words(month.locale)
    links = desk.links(month.inside)
    check_way(name, wanted, desk.profile)
    notebooks = month.chosen(wanted.notebooks)
    said = contents(month, notebooks, words, links)
    files = attachments(wanted.attach, month, notebooks, words, desk.print_page)
    letter = month_letter(said, _subject(wanted, words, desk, said.title), desk.reach(name, links, words, files), words)
    return Draft(name, desk.period, month.manifest["run_id"], wanted.resolve(), letter, files)


def _manager_drafts(desk: Desk, managers: Mapping[str, Addressees], say: Any) -> Iterator[Draft]:
    for manager, lists in customers_by_manager(desk.month).items():
        if manager not in managers:
            say(f"manager {manager}: is not in the recipients: no mail.")
            continue
        wanted = managers[manager]
        month = open_published(desk.month, wanted.language)
        words = desk.words(month.locale)
        notice = manager_notice(manager, lists, (desk.profile.title, desk.period), words)
        name = f"manager-{manager}"
        reach = desk.reach(name, desk.links(month.inside), words)
        letter = notice.letter(_subject(wanted, words, desk, notice.title), reach, words)
        yield Draft(name, desk.period, month.manifest["run_id"], wanted.resolve(), letter)


def _subject(wanted: Addressees, words: Words, desk: Desk, usual: str) -> str:
    if wanted.subject is None:
        return usual
    return words.say(wanted.subject, month=words.month(desk.period), company=desk.profile.title)
