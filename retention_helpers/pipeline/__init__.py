"""One run: find the notebooks, check every parameter, facts first, then publishing; one run at a time per profile."""

from .data_check import DataCheck, check_data
from .forgetting import ForgetRequest, forget
from .hidden import without_secrets
from .mailing import MailRequest, mail_month
from .monthly import publish_and_mail
from .new import new_notebook
from .printing import PrintRequest, print_month
from .pruning import PruneRequest, prune
from .run import plan_months, run_months
from .run_request import RunRequest
from .status import seconds_of, status_of

__all__ = [
    "DataCheck",
    "ForgetRequest",
    "MailRequest",
    "PrintRequest",
    "PruneRequest",
    "RunRequest",
    "check_data",
    "forget",
    "mail_month",
    "new_notebook",
    "plan_months",
    "print_month",
    "prune",
    "publish_and_mail",
    "run_months",
    "seconds_of",
    "status_of",
    "without_secrets",
]
