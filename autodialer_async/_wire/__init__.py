"""The protocol page as code: records to bytes, bytes to what they mean; no I/O."""

from autodialer_async._wire.answers import ExcerptOf, read_make_answer, read_newcall_answer
from autodialer_async._wire.codec import Codec, EncodedCalls
from autodialer_async._wire.dialect import Dialect, Operation
from autodialer_async._wire.endpoints import Endpoints
from autodialer_async._wire.reading import Reading

__all__ = [
    "Codec",
    "Dialect",
    "EncodedCalls",
    "Endpoints",
    "ExcerptOf",
    "Operation",
    "Reading",
    "read_make_answer",
    "read_newcall_answer",
]
