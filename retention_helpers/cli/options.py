"""The words of the command line: every command, what it takes, and which function does it."""

import argparse
from pathlib import Path

from . import commands
from .company import SAMPLE

MOST_COUNT, MOST_DAYS, MOST_WORKERS = 120, 36_500, 64


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(prog="retention_helpers", description="Monthly customer-retention reports.")
    known = words.add_subparsers(required=True, metavar="COMMAND")

    run = known.add_parser("run", help="publish a month, or several; what is unchanged is kept")
    _months(run)
    run.add_argument("--workers", type=_workers, metavar="N", help="notebooks run side by side; default: the cores")
    run.add_argument("--cold", action="store_true", help="start every kernel from nothing, not from a warm process")
    run.add_argument("--allow-partial", action="store_true", help="publish although a notebook failed, marked so")
    run.set_defaults(do=commands.run)

    plan = known.add_parser("plan", help="say what a run would do with each notebook, and why")
    _months(plan)
    plan.add_argument("--json", action="store_true", help="for machines")
    plan.set_defaults(do=commands.plan)

    status = known.add_parser("status", help="say what is published, since when, from which data, and what failed")
    _profile(status)
    status.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    status.add_argument("--json", action="store_true", help="for machines")
    status.set_defaults(do=commands.status)

    monthly = known.add_parser("monthly", help="for schedulers: publish what is due, then mail the last month")
    _profile(monthly)
    monthly.add_argument("--send", action="store_true", help="send the mails by the RETENTION_SMTP_... given")
    monthly.add_argument(
        "--most", type=_count, default=3, metavar="N", help="months to catch up before the last; default: 3"
    )
    monthly.add_argument("--reports", type=_folder, metavar="FOLDER", help="where to publish; default: reports/")
    monthly.set_defaults(do=commands.monthly)

    mail = known.add_parser("mail", help="write the mails of a published month; send them when told")
    _profile(mail)
    mail.add_argument("--period", type=_text, metavar="YYYY-MM", help="default: the last month published or failed")
    mail.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    way = mail.add_mutually_exclusive_group()
    way.add_argument("--send", action="store_true", help="send them by the RETENTION_SMTP_... of the environment")
    way.add_argument("--alerts", action="store_true", help="only tell the channels of RETENTION_ALERT_URLS of alerts")
    way.add_argument("--preview", action="store_true", help="write them as pages to look at instead")
    mail.set_defaults(do=commands.mail)

    pdf = known.add_parser("pdf", help="print the pages of a published month through the system's Chromium")
    _profile(pdf)
    pdf.add_argument("--period", type=_text, metavar="YYYY-MM", help="default: the last month published")
    pdf.add_argument("--notebooks", default="", metavar="A,B", help="only these; default: the front page and all")
    pdf.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    pdf.set_defaults(do=commands.pdf)

    check = known.add_parser("data-check", help="say who is counted and every problem of the source")
    _profile(check)
    check.add_argument("--json", action="store_true", help="for machines")
    check.set_defaults(do=commands.data_check)

    forget = known.add_parser("forget", help="take a customer out of facts, lists, pages and letters, for good")
    forget.add_argument("customer", help="an id of the customer, as the source has it")
    _profile(forget)
    forget.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    forget.set_defaults(do=commands.forget)

    prune = known.add_parser("prune", help="remove old versions of months, and what is told below")
    prune.add_argument("--profile", type=_text, metavar="NAME|PATH", help="default: every profile with reports")
    prune.add_argument("--keep", type=_count, default=3, metavar="N", help="versions of a month; default: 3")
    prune.add_argument("--personal-days", type=_days, metavar="N", help="lists and letters of months over for so long")
    prune.add_argument("--cache-days", type=_days, metavar="N", help="facts that nothing has built for so long")
    prune.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    prune.set_defaults(do=commands.prune)

    new = known.add_parser("new", help="begin a notebook from the template")
    new.add_argument("name")
    new.set_defaults(do=commands.new)

    sample = known.add_parser("sample", help="write the sample company's source files")
    sample.add_argument("folder", type=Path, nargs="?", help="default: where the sample profile looks for them")
    sample.set_defaults(do=commands.sample)
    return words


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default=SAMPLE, metavar="NAME|PATH", help="params/profiles/NAME.yaml, or a path")


def _months(parser: argparse.ArgumentParser) -> None:
    """Which months and notebooks: the same for a run and for its plan."""
    _profile(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--period", type=_text, metavar="YYYY-MM,..", help="the months; default: the last complete one")
    which.add_argument("--from", dest="first", type=_text, metavar="YYYY-MM", help="the first of a row of months")
    parser.add_argument("--to", dest="last", type=_text, metavar="YYYY-MM", help="its last; default: the last complete")
    parser.add_argument("--notebooks", default="", metavar="A,B", help="only these; the others are carried over")
    parser.add_argument("--locale", default="", metavar="en|ru|uk", help="language; default: the profile's")
    parser.add_argument("--reports", type=_folder, metavar="FOLDER", help="where to publish; default: reports/")
    parser.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a notebook's own")
    parser.add_argument("--allow-incomplete", action="store_true", help="publish a month that is not over, marked so")
    parser.add_argument("--force", action="store_true", help="run what is unchanged, too")


def _workers(text: str) -> int:
    return _whole(text, MOST_WORKERS)


def _count(text: str) -> int:
    return _whole(text, MOST_COUNT)


def _days(text: str) -> int:
    return _whole(text, MOST_DAYS)


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 to {most:,}')
    return int(text)


def _folder(text: str) -> Path:
    # Nobody means the folder where the call happens to be made.
    if not text:
        raise argparse.ArgumentTypeError("it names no folder")
    return Path(text)


def _text(text: str) -> str:
    # An empty one is a variable that was not set: nobody means the last month then, or every profile.
    if not text:
        raise argparse.ArgumentTypeError("it is empty. Leave the option out to get what is usual")
    return text
