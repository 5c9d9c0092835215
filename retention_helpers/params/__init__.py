"""What can be set: profiles, colours, thresholds. Read from params/*.yaml, checked, then passed on."""

from .files import NOTEBOOKS, REPORTS, cache_folder
from .look import Look, look
from .profile import Keep, Mapping, OrderRules, Profile, Source, Unpivot, load_profile

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
