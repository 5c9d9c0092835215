"""A random but fixed part of the customers: the same in every run, on every machine, in every engine.

Chance comes from a digest of names, never from a generator: ``SUBSTR(MD5(text), 1, 8)`` is eight hexadecimal digits,
compared as text, so no engine has to read a hexadecimal number. Another text in front of the id is another draw.
"""


def digest_bound(share: float) -> str:
    """Below which eight digits do the digests of so large a share of all texts lie?

    Parameters: ``share``, 0..1. Returns text to compare digests with; for the whole it lies above them all.

    >>> digest_bound(0), digest_bound(0.5), digest_bound(1)
    ('00000000', '80000000', 'g')
    """
    return "g" if share >= 1 else f"{round(share * 16**8):08x}"
