"""One answer of the dialer, ready to be sent."""

from __future__ import annotations

import attrs
import orjson

__all__ = ["Answer"]


@attrs.frozen
class Answer:
    """What the emulator says to one request.

    Attributes:
        status: The HTTP status, 200–599.
        body: The bytes of the body.
        content_type: The header of that name, or None to send none.
        headers: Further headers as pairs; `content-length` is added when it is sent.
    """

    status: int = 200
    body: bytes = attrs.field(default=b"", repr=False)
    content_type: str | None = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_json(cls, value: object, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
        """A value as JSON.

        Args:
            value: What orjson can write.
            status: HTTP status.
            headers: Names and values, beside those of length and type.
        """
        return cls(status, orjson.dumps(value), headers=headers)

    @classmethod
    def of_error(cls, status: int, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
        """A refusal: `{"error": message}`. The page shows none, so this shape is ours.

        Args:
            status: HTTP status.
            message: What is wrong.
            headers: Names and values, beside those of length and type.
        """
        return cls.of_json({"error": message}, status=status, headers=headers)
