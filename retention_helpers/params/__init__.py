"""What can be set: profiles, colours, thresholds. Read from params/*.yaml, checked, then passed on."""

from .files import NOTEBOOKS, REPORTS, cache_folder
from .look import Look, look
from .profile import OrderRules, Profile, load_profile
from .recipients import Addressees, MailList, Recipients, load_recipients
from .segments import NOBODY, Segment, SegmentRules, load_segments
from .tables import Keep, Mapping, Source, Unpivot

__all__ = [
    "NOBODY",
    "NOTEBOOKS",
    "REPORTS",
    "Addressees",
    "Keep",
    "Look",
    "MailList",
    "Mapping",
    "OrderRules",
    "Profile",
    "Recipients",
    "Segment",
    "SegmentRules",
    "Source",
    "Unpivot",
    "cache_folder",
    "load_profile",
    "load_recipients",
    "load_segments",
    "look",
]
