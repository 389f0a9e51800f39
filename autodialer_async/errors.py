"""Every error of the package: one tree, and what each member says about repeating.

    AutodialerError
    ├─ ConfigurationError(ValueError)   a wrong argument, or a client used in a way that cannot work
    ├─ InvalidCall(ValueError)          one record that cannot be sent; found before sending
    ├─ CallListError(ValueError)        a file that cannot be read as a list
    ├─ JournalError                     a journal in use, newer, damaged, or of another campaign
    ├─ TransportError                   no usable answer
    │  ├─ NotSent                       surely not delivered: repeating is safe
    │  └─ DeliveryUnknown               it left, no usable answer: repeating may phone a person twice
    ├─ ApiError                         the service said no
    │  ├─ AuthenticationFailed          401, 403
    │  ├─ RateLimited                   429
    │  └─ CallRejected                  newcall took nothing
    ├─ UnreadableAnswer                 cdr answered something that is not history
    ├─ UploadIncomplete                 some record was not accepted; `.result` says which
    ├─ InboxError                       an inbox of webhook events that cannot be used
    └─ WebhookRejected                  a webhook request refused: wrong secret, too large, unreadable

Each error tells whether anyone may have been dialled (`may_have_dialled`), survives pickle with its
fields, and holds no secret and no phone number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from autodialer_async.models import UploadResult

__all__ = [
    "ApiError",
    "AuthenticationFailed",
    "AutodialerError",
    "CallListError",
    "CallRejected",
    "ConfigurationError",
    "DeliveryUnknown",
    "InboxError",
    "InvalidCall",
    "JournalError",
    "NotSent",
    "RateLimited",
    "TransportError",
    "UnreadableAnswer",
    "UploadIncomplete",
    "WebhookRejected",
]


class AutodialerError(Exception):
    """The root of the tree: `except AutodialerError` catches all that this package raises on purpose."""

    @property
    def may_have_dialled(self) -> bool:
        """Whether a person may have been phoned because of the operation that failed."""
        return False

    def __reduce__(self) -> tuple[Callable[..., AutodialerError], tuple[object, ...]]:
        # The default calls the class with `args` alone, which loses keyword fields and fails on required ones.
        return _restore, (type(self), self.args, dict(self.__dict__))


def _restore(kind: type[AutodialerError], args: tuple[object, ...], fields: dict[str, object]) -> AutodialerError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class ConfigurationError(AutodialerError, ValueError):
    """A wrong or missing argument, a closed client, a client of another event loop or process, a missing extra.

    Nothing was sent.
    """


class InvalidCall(AutodialerError, ValueError):
    """One record that cannot be sent. Found before sending: nothing of it left this machine.

    Attributes:
        reason: What is wrong, in one sentence, with phone numbers masked.
        field: The field at fault in the names of `Call` (`phone`, `id`, …), or the unknown key.
        position: The record's place in the source, from 0, or None where there is no list.
        id: The record's own id, where it has a readable one.

    Example:
        >>> from autodialer_async import Call
        >>> try:
        ...     Call(id=7, phone="8922")
        ... except InvalidCall as error:
        ...     print(error.field)
        phone
    """

    def __init__(
        self, reason: str, *, field: str | None = None, position: int | None = None, id: str | None = None
    ) -> None:
        self.reason = reason
        self.field = field
        self.position = position
        self.id = id
        super().__init__(reason)

    def located(self, position: int, id: str | None) -> Self:
        """The same complaint with the record's `position` in the source, from 0, and its `id`."""
        return type(self)(self.reason, field=self.field, position=position, id=id)

    def __str__(self) -> str:
        where = [f"record {self.position}"] if self.position is not None else []
        where += [f"id {self.id!r}"] if self.id is not None else []
        where += [self.field] if self.field is not None else []
        return f"{', '.join(where)}: {self.reason}" if where else self.reason


class CallListError(AutodialerError, ValueError):
    """A file that cannot be read as a call list: what is wrong, where, and which option helps."""


class JournalError(AutodialerError):
    """A journal that cannot be used: in use by another uploader, newer, damaged, or of another campaign.

    The file is untouched, and nothing was sent; unless it cannot be written any more in the middle of an upload (a full
    disk): then nothing more is sent, and what the journal could not be told is unknown.

    Attributes:
        during_upload: Whether it was found in the middle of an upload.
    """

    during_upload: bool = False

    @property
    def may_have_dialled(self) -> bool:
        """As in `AutodialerError`."""
        return self.during_upload


class _AnsweredError(AutodialerError):
    """What an error of one request knows."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        seconds: float | None = None,
        tries: int = 1,
        excerpt: str | None = None,
    ) -> None:
        self.message = message
        self.status = status
        self.seconds = seconds
        self.tries = tries
        self.excerpt = excerpt
        super().__init__(message)

    def __str__(self) -> str:
        known = [f"status {self.status}"] if self.status is not None else []
        known += [f"after {self.seconds:.1f} s"] if self.seconds is not None else []
        known += [f"{self.tries} tries"] if self.tries > 1 else []
        text = f"{self.message} ({', '.join(known)})" if known else self.message
        dialled = (
            "someone may have been dialled, so do not simply repeat it"
            if self.may_have_dialled
            else "nobody was dialled"
        )
        return f"{text}; {dialled}"


class TransportError(_AnsweredError):
    """No usable answer came. Raised as itself only for `cdr`, which reads and may always be repeated.

    Attributes:
        message: What happened.
        status: HTTP status, where one came.
        seconds: Wall clock from the first try to the end, in seconds.
        tries: Requests made.
        excerpt: At most 512 characters of the answer; secrets, digits and values that were sent are masked.
    """


class NotSent(TransportError):
    """The request surely did not reach the service: nobody was dialled, repeating is safe.

    Fields as in `TransportError`.
    """


class DeliveryUnknown(TransportError):
    """The request left and no usable answer came; `__cause__` says why.

    The service may have taken it. Repeating may phone a person twice. Fields as in `TransportError`.
    """

    @property
    def may_have_dialled(self) -> bool:
        """As in `AutodialerError`."""
        return True


class ApiError(_AnsweredError):
    """The service said no: nothing of this request was taken, nobody was dialled.

    Attributes:
        message: What the service objected to, masked.
        status: HTTP status of the answer.
        seconds: Wall clock from the first try to the end, in seconds.
        tries: Requests made.
        excerpt: At most 512 characters of the answer; secrets, digits and values that were sent are masked.
    """


class AuthenticationFailed(ApiError):
    """401 or 403: the key, the token or the address is wrong. Fields as in `ApiError`."""


class RateLimited(ApiError):
    """429: too many requests, and no tries left.

    Attributes:
        retry_after: Seconds to wait, as the service asked, or None if it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        seconds: float | None = None,
        tries: int = 1,
        excerpt: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, seconds=seconds, tries=tries, excerpt=excerpt)
        self.retry_after = retry_after


class CallRejected(ApiError):
    """`newcall` was answered with QUERY_COUNT 0: the call was not taken. Fields as in `ApiError`."""


class UnreadableAnswer(_AnsweredError):
    """`cdr` was answered with something that is not history. Reading again is safe. Fields as in `ApiError`."""


class UploadIncomplete(AutodialerError):
    """Some record was not accepted, or the source was not read to its end.

    Attributes:
        result: The whole `UploadResult`. A pickled copy keeps every count and drops the calls.

    Example:
        >>> try:
        ...     await dialer.make([{"id": 1, "phone": "89222220000"}, {"id": 2, "phone": "8922"}])
        ... except UploadIncomplete as error:
        ...     print(error.result.accepted, error.result.invalid, error.result.invalid_calls[0].id)
        1 1 2
    """

    def __init__(self, result: UploadResult) -> None:
        self.result = result
        super().__init__(str(result))

    @property
    def may_have_dialled(self) -> bool:
        """As in `AutodialerError`."""
        return bool(self.result.accepted or self.result.unknown)


class InboxError(AutodialerError):
    """An inbox of webhook events that cannot be used: another program's file, newer, damaged, a full disk.

    What it holds stays; a sender whose event could not be kept is answered 503, so that it comes again.
    """


class WebhookRejected(AutodialerError):
    """A webhook request that is refused. Nothing of it was kept, and the text shows nothing of it.

    Attributes:
        message: What is wrong, in one sentence.
        reason: `secret`, `not_allowed`, `method`, `too_large`, `too_slow` or `unreadable`.
        status: The HTTP status that answers it.
    """

    def __init__(self, message: str, *, reason: str = "unreadable", status: int = 400) -> None:
        self.message = message
        self.reason = reason
        self.status = status
        super().__init__(message)
