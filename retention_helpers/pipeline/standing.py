"""How a published month stands: whole, without some of its notebooks, or made before it was over."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

Standing = Literal["published", "partial", "incomplete"]


def standing_of(manifest: Mapping[str, Any], suite: Collection[str]) -> Standing:
    """How the month of a manifest stands; one that is neither over nor whole is "incomplete".

    ``suite`` names the notebooks of the profile.
    """
    if not manifest.get("is_complete"):
        return "incomplete"
    return "partial" if manifest.get("failed") or missing_in(manifest, suite) else "published"


def missing_in(manifest: Mapping[str, Any], suite: Collection[str]) -> list[str]:
    """The notebooks that a month was published without though they were there; those that are gone by now are not."""
    return [name for name in manifest.get("missing", ()) if name in suite]
