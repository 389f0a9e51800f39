"""Where the service is and how to get in: from the environment or a file, never from arguments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from autodialer_async.errors import ConfigurationError

__all__ = ["connection"]

_ARGUMENTS = {
    "AUTODIALER_BASE_URL": "base_url",
    "AUTODIALER_API_KEY": "api_key",
    "AUTODIALER_ACCESS_TOKEN": "access_token",
}
_LINE = re.compile(r"(?:export\s+)?(\w+)\s*=\s*(.*)")


def connection(env_file: Path | None) -> dict[str, Any]:
    """The client's arguments that the file gives; what it leaves out the client takes from the environment.

    The file has lines `NAME=value`, as a shell or a container reads them: `export` before the name, quotes around the
    value, blank lines and lines that begin with `#` are fine, other names are ignored.

    Raises:
        ConfigurationError: The file cannot be read, or a line is none of these; the line is not quoted, a secret may
            stand in it.
    """
    if env_file is None:
        return {}
    try:
        lines = env_file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigurationError(f"--env-file {env_file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigurationError(f"--env-file {env_file} is not UTF-8 text") from None
    found: dict[str, Any] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ConfigurationError(f"--env-file {env_file}, line {number}: not NAME=value")
        name, value = match[1], match[2].strip()
        if value[:1] in ("'", '"') and value[:1] == value[-1:] and len(value) > 1:
            value = value[1:-1]
        if name in _ARGUMENTS:
            found[_ARGUMENTS[name]] = value
    return found
