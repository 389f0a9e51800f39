"""What the system and the unpackers say about a file, in one kind of error."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager

from autodialer_async.errors import CallListError

__all__ = ["readable"]


@contextmanager
def readable(name: str) -> Generator[None]:
    """Turns what reading may raise into a CallListError that names the file.

    Only reading belongs inside, nothing of the caller's.
    """
    try:
        yield
    except UnicodeError as error:
        raise CallListError(
            f"{name} does not fit its encoding ({error.reason if isinstance(error, UnicodeDecodeError) else error}); "
            "give its path, or the file opened as bytes, to have the encoding found"
        ) from error
    except (EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise CallListError(f"{name} is damaged or cut off: {str(error)[:200]}") from error
    except OSError as error:
        # gzip has its own words, the system has a text for its number.
        raise CallListError(
            f"{name} cannot be read: {error.strerror or str(error)[:200] or type(error).__name__}"
        ) from error
