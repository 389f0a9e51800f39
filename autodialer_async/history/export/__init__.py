"""The export of a range of history, which may be interrupted at any moment: `AsyncAutodialer.export_history`."""

from autodialer_async.history.export.export import export_history
from autodialer_async.history.export.results import ExportProgress, HistoryExport, OnExport

__all__ = ["ExportProgress", "HistoryExport", "OnExport", "export_history"]
