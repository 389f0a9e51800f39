"""How one installation of the service speaks, where its page is silent or contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from autodialer_async.models import Disposition

__all__ = ["Dialect", "Operation"]

Operation = Literal["make", "newcall", "cdr"]


@attrs.frozen
class Dialect:
    """Settings for what the service's page leaves open; the defaults are this project's reading of it."""

    path_template: str = "/{api_key}/{operation}"
    token_in: frozenset[Operation] = frozenset({"make"})
    form_encoding: Literal["urlencoded", "multipart", "json"] = "urlencoded"
    methods: Mapping[Operation, Literal["POST", "GET"]] = attrs.field(factory=dict, hash=False)
    wire_names: Mapping[Operation, Mapping[str, str]] = attrs.field(factory=dict, hash=False)
    send_empty_to: bool = False
    history_days: int = 1
    status_map: Mapping[str, Disposition | str] = attrs.field(factory=dict, hash=False)
    phone_format: Literal["8XXXXXXXXXX", "7XXXXXXXXXX", "+7XXXXXXXXXX"] = "8XXXXXXXXXX"
    refused_statuses: frozenset[int] = frozenset()
