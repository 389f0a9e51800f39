"""Reading XML a piece at a time, without what makes XML dangerous."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import IO
from xml.parsers import expat

from autodialer_async.errors import CallListError

__all__ = ["XmlReader", "local_name"]

_BLOCK = 1 << 16

Attributes = dict[str, str]


@lru_cache(maxsize=1024)
def local_name(name: str) -> str:
    """A name without its prefix: the same part has other prefixes from other programs."""
    return name.rpartition(":")[2]


class XmlReader:
    """Calls back at elements, without prefixes in their names and their attributes' names; no DTD, so no entities.

    Args:
        name: What to call the file in a message.
        start: Called with an element's name and attributes.
        end: Called with an element's name.
        text: Called with text, which may come in pieces.
    """

    def __init__(
        self,
        name: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._name = name
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = lambda element, attributes: start(
            local_name(element), {local_name(key): value for key, value in attributes.items()}
        )
        if end is not None:
            self._parser.EndElementHandler = lambda element: end(local_name(element))
        if text is not None:
            self._parser.CharacterDataHandler = text

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Parses some more.

        Raises:
            CallListError: No well-formed XML, or a document type, which workbooks have none of.
        """
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise CallListError(f"{self._name} is damaged: its XML is broken ({error})") from error
        except CallListError:
            raise
        except (ValueError, LookupError) as error:
            raise CallListError(f"{self._name} is damaged: its XML cannot be decoded ({error})") from error

    def read(self, file: IO[bytes]) -> None:
        """Parses a part to its end."""
        for _ in self.pieces(file):
            pass

    def pieces(self, file: IO[bytes]) -> Iterator[None]:
        """Parses a part to its end, and stops after each piece for what it brought to be taken."""
        while data := file.read(_BLOCK):
            self.feed(data)
            yield
        self.feed(b"", final=True)
        yield

    def _refuse(self, *_: object) -> None:
        raise CallListError(f"{self._name} holds a document type (DTD), as no spreadsheet program writes: not read")
