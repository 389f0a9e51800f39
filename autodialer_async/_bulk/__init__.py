"""The heart: records in, batches out, every one of them accounted for. Knows no HTTP."""

from autodialer_async._bulk.batches import Batch, BatchCutter
from autodialer_async._bulk.frames import as_rows
from autodialer_async._bulk.objects import fields_of
from autodialer_async._bulk.report import ReportTo
from autodialer_async._bulk.rows import RowMaker
from autodialer_async._bulk.source import Calls, Record, Source, open_source
from autodialer_async._bulk.tally import Tally
from autodialer_async._bulk.upload import Upload, open_upload
from autodialer_async._bulk.uploader import Uploader

__all__ = [
    "Batch",
    "BatchCutter",
    "Calls",
    "Record",
    "ReportTo",
    "RowMaker",
    "Source",
    "Tally",
    "Upload",
    "Uploader",
    "as_rows",
    "fields_of",
    "open_source",
    "open_upload",
]
