"""What an answer's status says where its body says nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs

from autodialer_async._wire.reading import Reading
from autodialer_async._wire.shape import ShapeError, body_text, error_named_in, parse
from autodialer_async.errors import ApiError, AuthenticationFailed, DeliveryUnknown, RateLimited
from autodialer_async.models import Answer, BatchState

if TYPE_CHECKING:
    from autodialer_async._wire.dialect import Dialect

__all__ = ["ExcerptOf", "error_text", "refusal", "retry_after", "status_reading", "unknown"]

ExcerptOf = Callable[[bytes], str]

_REPEATABLE = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_DENIED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_SECONDS = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LONGEST_MESSAGE = 200


def status_reading(
    answer: Answer, *, may_name_error: bool, dialect: Dialect, excerpt: ExcerptOf, now: datetime
) -> Reading[Any]:
    """An answer to `make` or `newcall` without a readable report or receipt.

    `may_name_error`: nothing in it looks like one, so that an error which it names is a definite no.
    """
    status = answer.status
    if status in dialect.refused_statuses:
        read = _refused(answer, excerpt, now)
        return attrs.evolve(read, repeatable=not read.too_large, retry_after=retry_after(answer, now))
    if 400 <= status < 500:  # noqa: PLR2004 - HTTP counts its statuses by the hundred
        return _refused(answer, excerpt, now)
    if status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in answer.headers:
        return attrs.evolve(_refused(answer, excerpt, now), repeatable=True, retry_after=retry_after(answer, now))
    if status < 300 and may_name_error and error_text(answer, excerpt) is not None:  # noqa: PLR2004 - HTTP counts its statuses by the hundred
        return Reading(BatchState.REJECTED, error=refusal(answer, excerpt, now))
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP counts its statuses by the hundred
        why = "the service redirects elsewhere, which is not followed: check base_url"
        return attrs.evolve(unknown(answer, excerpt, why), stop=True)
    return unknown(answer, excerpt, _why_unknown(answer))


def _why_unknown(answer: Answer) -> str:
    if answer.status >= 500:  # noqa: PLR2004 - HTTP counts its statuses by the hundred
        return "the service or a proxy failed"
    return "the answer was cut short" if answer.truncated else "no readable answer came"


def _refused(answer: Answer, excerpt: ExcerptOf, now: datetime) -> Reading[Any]:
    repeatable = answer.status in _REPEATABLE
    return Reading(
        BatchState.REJECTED,
        error=refusal(answer, excerpt, now),
        repeatable=repeatable,
        retry_after=retry_after(answer, now) if repeatable else None,
        too_large=answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        stop=answer.status in _DENIED or answer.status == HTTPStatus.NOT_FOUND,
    )


def unknown(answer: Answer, excerpt: ExcerptOf, why: str, value: Any = None) -> Reading[Any]:
    """It left, and this answer does not say what became of it."""
    error = DeliveryUnknown(why, status=answer.status, excerpt=excerpt(answer.body))
    return Reading(BatchState.UNKNOWN, value=value, error=error)


def refusal(answer: Answer, excerpt: ExcerptOf, now: datetime) -> ApiError:
    """The error for a definite no."""
    status = answer.status
    said = error_text(answer, excerpt)
    shown = excerpt(answer.body)
    if status in _DENIED:
        message = f"access denied: {said or 'check api_key, access_token and the address'}"
        return AuthenticationFailed(message, status=status, excerpt=shown)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        message = f"too many requests{f': {said}' if said else ''}"
        return RateLimited(message, status=status, excerpt=shown, retry_after=retry_after(answer, now))
    if status == HTTPStatus.NOT_FOUND:
        return ApiError(f"no such address: {said or 'check base_url and api_key'}", status=status, excerpt=shown)
    return ApiError(f"the service refused: {said or _phrase(status)}", status=status, excerpt=shown)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"


def error_text(answer: Answer, excerpt: ExcerptOf) -> str | None:
    """The error that a whole JSON answer without a report names, masked, or None."""
    if answer.truncated:
        return None
    try:
        said = error_named_in(parse(body_text(answer.body)))
    except ShapeError:
        return None
    return None if said is None else excerpt(said.encode("utf-8", "replace"))[:_LONGEST_MESSAGE]


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait as `Retry-After` says: a number of seconds, or a date seen from `now`; None where unreadable."""
    text = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        seconds = max(0.0, float(text))
        return seconds if math.isfinite(seconds) else None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # `-0000`: a date in UTC that says nothing of where it was written
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
