"""Whether mail has a way to go: asked before a month is published, because a refusal after it comes too late."""

from collections.abc import Collection, Sequence

from retention_helpers.errors import CallError
from retention_helpers.params import MailList, Profile, Recipients, load_recipients
from retention_helpers.params.recipients import Resolved
from retention_helpers.publishing.channels import channels_of
from retention_helpers.publishing.mail.server import sender_of, server_of


def check_mail(profile: Profile, suite: Collection[str], *, is_sent: bool) -> None:
    """Raise `CallError` for whatever the mail of any month would be refused for.

    That is the file of recipients, with the addresses that the environment gives it; where mail ``is_sent`` also the
    server, the channels, and that somebody is to get any of it. ``suite`` names the notebooks of a whole month.
    """
    recipients = load_recipients(profile.recipients_path)
    for name, wanted in recipients.lists.items():
        check_way(name, wanted, profile)
    _check_languages(recipients, profile)
    sender_of()
    if recipients.failures is not None:
        recipients.failures.resolve()
    lists = {name: wanted.resolve() for name, wanted in recipients.lists.items()}
    managers = [wanted.resolve() for wanted in recipients.managers.values()]
    if is_sent:
        server_of()
        channels_of(profile.name)
        check_anybody([*(lists[name] for name in _written(recipients, suite)), *managers])


def check_way(name: str, wanted: MailList, profile: Profile) -> None:
    """Refuse a list whose mail would neither carry nor reach the report."""
    if wanted.attach == "none" and profile.reports_url is None:
        raise CallError(
            f"recipients: {name}: with attach: none and no reports_url in the profile, the mail would neither carry "
            "the report nor lead to it. Set one of them."
        )


def check_anybody(everybody: Sequence[Resolved]) -> None:
    """Refuse to send to nobody at all; where there is no mail to send, nobody is missed."""
    if everybody and not any(to.addresses for to in everybody):
        unset = dict.fromkeys(name for to in everybody for name in to.unset)
        raise CallError(f"there is nobody to send to. Set {', '.join(unset) or 'addresses in the file of recipients'}.")


def _check_languages(recipients: Recipients, profile: Profile) -> None:
    """Those who hear of failures may read any language: their letter shows nothing of the month."""
    published = [profile.locale, *profile.locales]
    for name, wanted in (recipients.lists | recipients.managers).items():
        if wanted.language not in (None, *published):
            raise CallError(
                f'recipients: {name}: the profile publishes in {", ".join(published)}, not in "{wanted.language}". '
                f"Add it to the profile's locales, or change the language."
            )


def _written(recipients: Recipients, suite: Collection[str]) -> list[str]:
    """The lists that get a mail: a month without any of a list's notebooks has none for it."""
    return [
        name
        for name, wanted in recipients.lists.items()
        if wanted.notebooks == "all" or set(wanted.notebooks) & set(suite)
    ]
