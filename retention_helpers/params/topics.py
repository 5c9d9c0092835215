"""What customers write about: topics with the beginnings of their words, and words that are nobody's name."""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from retention_helpers.errors import ProfileError
from retention_helpers.words import LOCALES

from .files import read_yaml
from .tables import Strict

# Letters, digits, blanks and what joins them in a word: nothing here is a pattern, and nothing could be.
Beginning = Annotated[str, StringConstraints(pattern=r"^[^\W_]+(?:[ '’ʼ-][^\W_]+)*$", min_length=2, max_length=60)]
TopicName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Language = Annotated[str, StringConstraints(pattern=f"^({'|'.join(LOCALES)})$")]


class Topic(Strict):
    """One topic: how it is called in each language, and how its words begin."""

    name: dict[Language, str]
    words: dict[Language, list[Beginning]] = Field(default_factory=dict)


class Topics(Strict):
    """All topics, and the words that may stand at the beginning of a sentence without being a name."""

    topics: dict[TopicName, Topic]
    ordinary_words: dict[Language, list[str]] = Field(default_factory=dict)

    @cached_property
    def beginnings(self) -> dict[str, tuple[str, ...]]:
        """Topic -> the beginnings of its words, of all languages."""
        return {name: tuple(w for words in topic.words.values() for w in words) for name, topic in self.topics.items()}

    @cached_property
    def ordinary(self) -> frozenset[str]:
        """Words that are nobody's name, of all languages."""
        return frozenset(word for words in self.ordinary_words.values() for word in words)

    def names(self, locale: str) -> dict[str, str]:
        """Topic -> what readers of a language call it; else its English name, or the code itself."""
        return {name: topic.name.get(locale) or topic.name.get("en") or name for name, topic in self.topics.items()}


def load_topics(path: Path) -> Topics:
    """Read a file like params/topics.yaml; raises `ProfileError` naming the place in it and what is expected there."""
    try:
        return Topics.model_validate(read_yaml(path))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:5]]
        raise ProfileError(f"{path}: {'; '.join(told)}") from error
