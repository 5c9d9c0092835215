"""What can be set: profiles, colours, thresholds. Read from params/*.yaml, checked, then passed on."""

from .files import NOTEBOOKS, REPORTS, cache_folder
from .look import Look, look
from .profile import OrderRules, Profile, load_profile
from .questions import Question
from .recipients import Addressees, MailList, Recipients, load_recipients
from .tables import Keep, Mapping, Source, Unpivot
from .topics import Topics, load_topics

__all__ = [
    "NOTEBOOKS",
    "REPORTS",
    "Addressees",
    "Keep",
    "Look",
    "MailList",
    "Mapping",
    "OrderRules",
    "Profile",
    "Question",
    "Recipients",
    "Source",
    "Topics",
    "Unpivot",
    "cache_folder",
    "load_profile",
    "load_recipients",
    "load_topics",
    "look",
]
