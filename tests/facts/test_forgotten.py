"""The note of who was forgotten: it names nobody, and the same id always becomes the same pseudonym."""

import hashlib
from pathlib import Path

import pytest

from retention_helpers.errors import MachineError
from retention_helpers.facts import FORGOTTEN, Forgotten, read_forgotten, write_forgotten

IDS = ["17850", "K17850", "ann.lee@shop.example", "Київ 7", "o'neil", "1"]


@pytest.mark.parametrize("one", IDS)
def test_a_pseudonym_is_the_same_every_time_and_lies_in_the_bucket_of_the_id(one: str) -> None:
    note = Forgotten("a salt")
    name = note.pseudonym_of(one)
    assert name == Forgotten("a salt").pseudonym_of(one)
    assert name != Forgotten("another").pseudonym_of(one)
    assert name.startswith("forgotten-")
    assert one not in name.removeprefix("forgotten-") or one == "1"
    # Buckets of customers_months.sql: the first two digits of the id's MD5.
    first = [hashlib.md5(text.encode()).hexdigest()[:2] for text in (one, name)]
    assert first[0] == first[1]


def test_the_note_is_kept_for_its_owner_and_names_nobody(tmp_path: Path) -> None:
    note = read_forgotten(tmp_path / "shop")
    assert (note.digests, note.key, (tmp_path / "shop").exists()) == (frozenset(), "", False)
    write_forgotten(tmp_path / "shop", note.adding(IDS))
    path = tmp_path / "shop" / FORGOTTEN
    assert path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "shop").iterdir()] == [FORGOTTEN]
    assert not [one for one in IDS[:-1] if one in path.read_text(encoding="utf-8")]
    again = read_forgotten(tmp_path / "shop")
    assert again == note.adding(IDS)
    assert again.key != note.adding(IDS[:2]).key
    assert all(again.digest_of(one) in again.digests for one in IDS)


def test_each_cache_has_a_salt_of_its_own(tmp_path: Path) -> None:
    assert read_forgotten(tmp_path).salt != read_forgotten(tmp_path).salt


@pytest.mark.parametrize("text", ['{"salt": "a', '{"salt": "a"}', "[]", "\0"])
def test_a_note_that_cannot_be_read_stops_the_build_rather_than_bring_anybody_back(tmp_path: Path, text: str) -> None:
    (tmp_path / FORGOTTEN).write_text(text, encoding="utf-8")
    with pytest.raises(MachineError, match="who was forgotten is not known, and nothing is built"):
        read_forgotten(tmp_path)
