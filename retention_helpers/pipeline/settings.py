"""All that people set and a notebook may read: the profile and the files of params."""

from retention_helpers.params import PARAMS, Profile
from retention_helpers.publishing.keys import digest, file_digest

# Who gets a mail changes no page.
_NOT_READ = ("recipients.yaml",)


def settings_of(profile: Profile) -> str:
    """A fingerprint of the profile and of the files that it names or that stand for what it does not say."""
    files = {path for path in PARAMS.glob("*.yaml") if path.name not in _NOT_READ}
    files |= set(profile.folder.glob(f"{profile.name}.y*ml"))
    files |= {profile.folder / name for name in (profile.topics, profile.segments) if name}
    return digest([profile.model_dump(mode="json"), [[path.name, file_digest(path)] for path in sorted(files)]])
