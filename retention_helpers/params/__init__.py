"""What can be set: profiles, colours, thresholds. Read from params/*.yaml, checked, then passed on."""

from .files import NOTEBOOKS, REPORTS, cache_folder
from .look import Look, look
from .profile import OrderRules, Profile, load_profile
from .tables import Keep, Mapping, Source, Unpivot

__all__ = [
    "NOTEBOOKS",
    "REPORTS",
    "Keep",
    "Look",
    "Mapping",
    "OrderRules",
    "Profile",
    "Source",
    "Unpivot",
    "cache_folder",
    "load_profile",
    "look",
]
