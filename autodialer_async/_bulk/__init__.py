"""The heart: records in, batches out, every one of them accounted for. Knows no HTTP."""

from autodialer_async._bulk.batches import Batch, BatchCutter
from autodialer_async._bulk.report import ReportTo
from autodialer_async._bulk.rows import RowMaker
from autodialer_async._bulk.source import Source, open_source
from autodialer_async._bulk.tally import Tally
from autodialer_async._bulk.upload import Upload, open_upload
from autodialer_async._bulk.uploader import Uploader

__all__ = [
    "Batch",
    "BatchCutter",
    "ReportTo",
    "RowMaker",
    "Source",
    "Tally",
    "Upload",
    "Uploader",
    "open_source",
    "open_upload",
]
