"""Secrets come from the environment or a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from autodialer_async.cli.settings import connection
from autodialer_async.errors import ConfigurationError


def test_without_a_file_the_client_asks_the_environment() -> None:
    assert connection(None) == {}


def test_lines_of_a_file_become_arguments(tmp_path: Path) -> None:
    file = tmp_path / "service.env"
    file.write_text(
        "\ufeff# our account\n\nexport AUTODIALER_BASE_URL=https://site.url\n"
        "AUTODIALER_API_KEY = 'k=1'\nAUTODIALER_ACCESS_TOKEN=\"\nOTHER=x\n"
    )
    assert connection(file) == {"base_url": "https://site.url", "api_key": "k=1", "access_token": '"'}


def test_broken_line_is_told_by_its_number_and_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "service.env"
    file.write_text("AUTODIALER_BASE_URL=https://site.url\nfake-secret-key\n")
    with pytest.raises(ConfigurationError, match="line 2: not NAME=value") as caught:
        connection(file)
    assert "fake-secret-key" not in str(caught.value)


def test_unreadable_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        connection(tmp_path / "none.env")
    (tmp_path / "binary.env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        connection(tmp_path / "binary.env")
