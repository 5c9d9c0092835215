"""Every error a user can meet has the exit code that schedulers rely on."""

import pytest

from retention_helpers import errors


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NotebookError", 1),
        ("CallError", 2),
        ("PeriodError", 2),
        ("ParameterError", 2),
        ("ProfileError", 2),
        ("SourceError", 3),
        ("LockedError", 4),
        ("MailError", 5),
        ("MachineError", 6),
        ("Fault", 70),
    ],
)
def test_an_error_has_its_exit_code(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, errors.RetentionError)
    assert kind("told").exit_code == code
    assert str(kind("told")) == "told"


def test_every_error_is_in_the_tree_of_the_docstring() -> None:
    kinds = [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert kinds
    assert all(name in (errors.__doc__ or "") for name in kinds)


@pytest.mark.parametrize(
    ("word", "choices", "answer"),
    [
        ("amont", ["amount", "month"], ' Did you mean "amount"?'),
        ("CUSTOMERID", ["CustomerID"], ' Did you mean "CustomerID"?'),
        ("x", ["amount"], ""),
        ("", [], ""),
    ],
)
def test_the_nearest_word_is_offered_or_none(word: str, choices: list[str], answer: str) -> None:
    assert errors.did_you_mean(word, choices) == answer
