"""Fields as the body of a request."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autodialer_async._wire.dialect import Dialect

__all__ = ["encode_form"]


def encode_form(
    dialect: Dialect, fields: Mapping[str, str], new_boundary: Callable[[], str] = lambda: secrets.token_hex(16)
) -> tuple[str, bytes]:
    """The content type and the body that carry `fields` as `Dialect.form_encoding` says.

    `new_boundary` makes the text that stands between the parts of a multipart body; it is asked again while its text
    occurs in a field.
    """
    if dialect.form_encoding == "json":
        return "application/json", json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":")).encode()
    if dialect.form_encoding == "multipart":
        return _multipart(fields, new_boundary)
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


# The three characters that the HTML standard quotes in a field's name; all else goes as UTF-8.
_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def _multipart(fields: Mapping[str, str], new_boundary: Callable[[], str]) -> tuple[str, bytes]:
    boundary = new_boundary()
    while any(boundary in text for field in fields.items() for text in field):
        boundary = new_boundary()
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_QUOTED)}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return f"multipart/form-data; boundary={boundary}", "".join((*parts, f"--{boundary}--\r\n")).encode()
