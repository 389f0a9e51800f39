"""The aggregate result of an upload."""
from __future__ import annotations
import attrs
__all__ = ["UploadResult"]
@attrs.frozen
class UploadResult:
    """Being written."""
