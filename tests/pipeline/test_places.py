"""Kernels start elsewhere: what the environment names is the same for them."""

import os
from pathlib import Path

import pytest

from retention_helpers.pipeline.places import absolute_places
from tests.company import company

ORDERS = "customer_id,ordered_at,amount\nc1,2024-01-05,10.00"


def test_relative_places_are_absolute_meanwhile_and_as_they_were_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = company(tmp_path, ORDERS, source={"source": "${SHOP_DATA}/${SHOP_YEAR}/orders.csv"})
    monkeypatch.chdir(tmp_path)
    given = {"SHOP_DATA": "../data", "RETENTION_CACHE": "cache", "UNRELATED": "../stays"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SHOP_YEAR", raising=False)
    with absolute_places(profile):
        assert os.environ["SHOP_DATA"] == f"{tmp_path}/../data"
        assert os.environ["RETENTION_CACHE"] == f"{tmp_path}/cache"
        assert os.environ["UNRELATED"] == "../stays"
        assert "SHOP_YEAR" not in os.environ
    assert {name: os.environ[name] for name in given} == given
    with pytest.raises(ZeroDivisionError), absolute_places(profile):
        raise ZeroDivisionError
    assert {name: os.environ[name] for name in given} == given
