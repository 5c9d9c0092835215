"""One run: find the notebooks, check every parameter, facts first, then publishing; one run at a time per profile."""

from .data_check import DataCheck, check_data
from .mailing import MailRequest, mail_month
from .new import new_notebook
from .printing import PrintRequest, print_month
from .run import RunRequest, plan_months, run_months
from .status import status_of

__all__ = [
    "DataCheck",
    "MailRequest",
    "PrintRequest",
    "RunRequest",
    "check_data",
    "mail_month",
    "new_notebook",
    "plan_months",
    "print_month",
    "run_months",
    "status_of",
]
