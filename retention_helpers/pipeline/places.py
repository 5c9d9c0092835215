"""Places that the environment names: the same for us and for the kernels, which start in the notebooks' folder."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retention_helpers.params import Profile

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


@contextmanager
def absolute_places(profile: Profile) -> Iterator[None]:
    """Meanwhile the cache's place and those that the profile's sources name are absolute; afterwards as they were."""
    sources = [source.source for several in profile.tables.values() for source in several]
    named = {name for text in sources for name in _VARIABLE.findall(text)}
    given = {name: os.environ[name] for name in named | {"RETENTION_CACHE"} if os.environ.get(name)}
    os.environ.update({name: str(Path(place).absolute()) for name, place in given.items()})
    try:
        yield
    finally:
        os.environ.update(given)
