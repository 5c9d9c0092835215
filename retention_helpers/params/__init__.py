"""What can be set: profiles, colours, thresholds. Read from params/*.yaml, checked, then passed on."""

from .audiences import AudienceList, Audiences, Destination, NextProductRules
from .files import NOTEBOOKS, PARAMS, REPORTS, cache_folder
from .look import Look, look
from .profile import OrderRules, Profile
from .profile_file import load_profile
from .questions import Question
from .recipients import Addressees, MailList, Recipients, load_recipients
from .segments import NOBODY, Segment, SegmentRules, load_segments
from .tables import Keep, Mapping, Source, Unpivot
from .topics import Topics, load_topics
from .typeface import FAMILY, faces, font_face_css

__all__ = [
    "FAMILY",
    "NOBODY",
    "NOTEBOOKS",
    "PARAMS",
    "REPORTS",
    "Addressees",
    "AudienceList",
    "Audiences",
    "Destination",
    "Keep",
    "Look",
    "MailList",
    "Mapping",
    "NextProductRules",
    "OrderRules",
    "Profile",
    "Question",
    "Recipients",
    "Segment",
    "SegmentRules",
    "Source",
    "Topics",
    "Unpivot",
    "cache_folder",
    "faces",
    "font_face_css",
    "load_profile",
    "load_recipients",
    "load_segments",
    "load_topics",
    "look",
]
