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
    named = {name for source in profile.tables.values() for name in _VARIABLE.findall(source.source)}
    given = {name: os.environ[name] for name in named | {"RETENTION_CACHE"} if os.environ.get(name)}
    os.environ.update({name: str(Path(place).absolute()) for name, place in given.items()})
    try:
        yield
    finally:
        os.environ.update(given)
