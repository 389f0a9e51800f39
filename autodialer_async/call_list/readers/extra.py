"""A reader's library that is not installed, in one line."""

from __future__ import annotations

__all__ = ["missing_extra"]


def missing_extra(what: str, missing: ModuleNotFoundError) -> ImportError:
    """The error to raise where a library is missing.

    Args:
        what: The kind of file that it reads.
        missing: What the import raised.
    """
    return ImportError(f'{what} needs {missing.name}, which is not installed: pip install "autodialer-async[lists]"')
