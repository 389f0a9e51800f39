"""Spans and metrics of one test, kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import opentelemetry.metrics._internal
import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    MeterProvider,
)
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader, Metric, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from autodialer_async._observe import telemetry

__all__ = ["Telemetry", "recording"]


class Telemetry:
    """What a program with an SDK gets to see.

    Attributes:
        tracers: The provider of spans.
        meters: The provider of metrics.
    """

    def __init__(self, *processors: SpanProcessor) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader(
            preferred_temporality={
                Counter: AggregationTemporality.DELTA,
                Histogram: AggregationTemporality.DELTA,
            }
        )
        self.tracers = TracerProvider()
        for processor in (*processors, SimpleSpanProcessor(self._exporter)):
            self.tracers.add_span_processor(processor)
        self.meters = MeterProvider([self._reader])

    @property
    def spans(self) -> list[ReadableSpan]:
        """Spans that have ended, in that order."""
        return list(self._exporter.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        """Spans of a name that have ended."""
        return [span for span in self.spans if span.name == name]

    def metrics(self) -> dict[str, dict[str, float]]:
        """Values since the last look (of histograms, how many), by metric and by what tells its series apart."""
        found: dict[str, dict[str, float]] = {}
        for metric in self._metrics():
            series = found.setdefault(metric.name, {})
            for point in metric.data.data_points:
                key = " ".join(
                    str(value)
                    for name, value in (point.attributes or {}).items()
                    if not name.startswith(("server.", "url."))
                )
                series[key] = series.get(key, 0) + (point.value if isinstance(point, NumberDataPoint) else point.count)
        return found

    def everything(self) -> str:
        """All that would leave the process, as text."""
        data = self._reader.get_metrics_data()
        return "\n".join([span.to_json() for span in self.spans] + ([data.to_json()] if data else []))

    def _metrics(self) -> Iterator[Metric]:
        data = self._reader.get_metrics_data()
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                yield from scope.metrics


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch, *processors: SpanProcessor) -> Iterator[Telemetry]:
    """An SDK in force for one test: the API lets a process set one only once."""
    own = Telemetry(*processors)
    with monkeypatch.context() as patch:
        patch.setattr(trace, "_TRACER_PROVIDER", own.tracers)
        patch.setattr(opentelemetry.metrics._internal, "_METER_PROVIDER", own.meters)
        telemetry._instruments.cache_clear()
        assert trace.get_tracer_provider() is own.tracers
        assert metrics.get_meter_provider() is own.meters
        yield own
    telemetry._instruments.cache_clear()
    own.tracers.shutdown()
    own.meters.shutdown()
