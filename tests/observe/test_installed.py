"""What opentelemetry costs those who have not installed it, and those who have and do not use it: nothing of note."""

from __future__ import annotations

import subprocess
import sys

UPLOAD = """
import anyio, httpx
from autodialer_async import AsyncAutodialer, Call

def answer(request):
    report = {"lines": "1", "ok": "1", "inserted": "1", "errorcode": "0", "id": "1"}
    return httpx.Response(200, json={"report": report})

async def main(dialer):
    async with dialer:
        print((await dialer.make([Call(1, "89222220000", generation_type=1)])).accepted, "accepted")

def client(**settings):
    return AsyncAutodialer("http://service.test", api_key="k", transport=httpx.MockTransport(answer), **settings)
"""

BLOCKED = """
import sys

class Nothing:
    asked = []

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            self.asked.append(name)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
"""


def run(code: str) -> list[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_opentelemetry_all_works_and_nothing_of_it_is_loaded() -> None:
    told = run(
        BLOCKED
        + UPLOAD
        + "heard = []\n"
        + "for _ in range(3): anyio.run(main, client(on_outcome=heard.append))\n"
        + "print(len(heard), 'heard', len(Nothing.asked), 'looked for')\n"
        + "print(sorted(name for name in sys.modules if 'opentelemetry' in name or name.endswith('telemetry')))"
    )
    assert told == ["1 accepted"] * 3 + ["3 heard 1 looked for", "[]"]


def test_importing_the_package_does_not_even_look_for_opentelemetry() -> None:
    code = "from autodialer_async import *; import sys; print('opentelemetry' in sys.modules)"
    assert run(BLOCKED + code + "; print(Nothing.asked)") == ["False", "[]"]


def test_another_module_that_is_missing_is_not_taken_for_opentelemetry() -> None:
    code = """
import sys
sys.modules["autodialer_async._observe.attributes"] = None
try:
    AsyncAutodialer("http://service.test", api_key="k")
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert run("from autodialer_async import AsyncAutodialer\n" + code) == ["autodialer_async._observe.attributes"]


def test_without_an_sdk_no_sdk_is_loaded() -> None:
    told = run(
        UPLOAD
        + "anyio.run(main, client())\n"
        + "import sys; print('opentelemetry.trace' in sys.modules, 'opentelemetry.sdk' in sys.modules)"
    )
    assert told == ["1 accepted", "True False"]


def test_a_program_may_set_its_sdk_up_after_it_made_its_client() -> None:
    told = run(
        UPLOAD
        + """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

dialer = client()
spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
tracers = TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(tracers)
metrics.set_meter_provider(MeterProvider([reader]))
anyio.run(main, dialer)
print(*(span.name for span in spans.get_finished_spans()), sep=", ")
other = client()
scope = reader.get_metrics_data().resource_metrics[0].scope_metrics[0]
print(len({metric.name for metric in scope.metrics}), "metrics")
"""
    )
    assert told == [
        "1 accepted",
        "POST /{apikey}/make, autodialer make",
        "6 metrics",
    ]
