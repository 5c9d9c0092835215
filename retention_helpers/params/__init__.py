"""What can be set: profiles, colours, thresholds. Read from params/*.yaml, checked, then passed on."""

from .files import NOTEBOOKS, REPORTS, cache_folder
from .look import Look, look
from .profile import OrderRules, Profile, load_profile
from .recipients import Addressees, MailList, Recipients, load_recipients
from .tables import Keep, Mapping, Source, Unpivot
from .typeface import FAMILY, faces, font_face_css

__all__ = [
    "FAMILY",
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
    "Source",
    "Unpivot",
    "cache_folder",
    "faces",
    "font_face_css",
    "load_profile",
    "load_recipients",
    "look",
]
