"""One logical POST through each client, as its own documentation writes it, with its own defaults.

Each peer is imported when it is asked for: what is not installed is left out of the table. All are pointed at loopback.
Only the timeout is set, so that a late answer is late within seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import anyio
import attrs

from autodialer_async import AsyncAutodialer

__all__ = ["OURS", "PEERS", "TIMEOUT", "Peer"]

TIMEOUT = 1.0
_NUMBER = "+79222220000"
_OUR_NUMBER = "+79222220002"


@attrs.frozen
class Peer:
    """A client to look at.

    Attributes:
        package: Its name in the package index, for the version.
        post: One logical POST to the service at an address; returns, or raises what the client raises.
    """

    package: str
    post: Callable[[str], object]


def _autodialer_make(url: str) -> object:
    async def post() -> object:
        async with AsyncAutodialer(url, api_key="key", access_token="token", timeout=TIMEOUT) as dialer:
            return await dialer.make([{"id": "1", "phone": _NUMBER}])

    return anyio.run(post)


def _autodialer_newcall(url: str) -> object:
    async def post() -> object:
        async with AsyncAutodialer(url, api_key="key", access_token="token", timeout=TIMEOUT) as dialer:
            return await dialer.newcall(phone=_NUMBER, generation_type=1, immediate=True)

    return anyio.run(post)


def _telnyx(url: str) -> object:
    with import_module("telnyx").Telnyx(api_key="key", base_url=url, timeout=TIMEOUT) as client:
        return client.calls.dial(connection_id="1", to=_NUMBER, from_=_OUR_NUMBER)


def _plivo(url: str) -> object:
    rest = import_module("plivo.rest.client")
    # Its addresses are constants; all four name the same host.
    for name in ("PLIVO_API_BASE_URI", "API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1",
                 "API_VOICE_BASE_URI_FALLBACK_2"):  # fmt: skip
        setattr(rest, name, url)
    client = rest.Client("MA" + "X" * 18, "token", timeout=TIMEOUT)
    with contextlib.redirect_stdout(io.StringIO()):
        return client.calls.create(from_=_OUR_NUMBER, to_=_NUMBER, answer_url=url)


def _twilio(url: str) -> object:
    http = import_module("twilio.http.http_client").TwilioHttpClient(timeout=TIMEOUT)
    client = import_module("twilio.rest").Client("AC" + "0" * 32, "token", http_client=http)
    client.api.base_url = url
    return client.calls.create(to=_NUMBER, from_=_OUR_NUMBER, url=url)


def _vonage(url: str) -> object:
    vonage = import_module("vonage")
    options = vonage.HttpClientOptions(rest_host=urlsplit(url).netloc, timeout=TIMEOUT)
    client = vonage.Vonage(vonage.Auth(api_key="key", api_secret="secret"), options)
    # It speaks HTTPS only: the same adapter with the same retries, over plain HTTP.
    session = client.http_client._session  # noqa: SLF001 - there is no other way to loopback
    request = session.request
    session.mount("http://", session.get_adapter("https://"))
    session.request = lambda **given: request(**given | {"url": given["url"].replace("https:", "http:", 1)})
    message = import_module("vonage_sms").SmsMessage(to="79222220000", from_="test", text="text")
    return client.sms.send(message)


def _messagebird(url: str) -> object:
    module: Any = import_module("messagebird.client")
    module.ENDPOINT = url
    return module.Client("key").message_create("test", [_NUMBER], "text")


def _sendgrid(url: str) -> object:
    client = import_module("sendgrid").SendGridAPIClient("key", host=url)
    client.client.timeout = TIMEOUT
    return client.client.mail.send.post(request_body={"subject": "text"})


def _openai(url: str) -> object:
    with import_module("openai").OpenAI(api_key="key", base_url=url, timeout=TIMEOUT) as client:
        return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "text"}])


def _anthropic(url: str) -> object:
    with import_module("anthropic").Anthropic(api_key="key", base_url=url, timeout=TIMEOUT) as client:
        return client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "text"}])


def _slack(url: str) -> object:
    async def post() -> object:
        client = import_module("slack_sdk.web.async_client").AsyncWebClient(
            "token", base_url=url + "/", timeout=int(TIMEOUT)
        )
        return await client.chat_postMessage(channel="c", text="text")

    return asyncio.run(post())


def _stripe(url: str) -> object:
    stripe = import_module("stripe")
    client = stripe.StripeClient("key", base_addresses={"api": url}, http_client=stripe.RequestsClient(timeout=TIMEOUT))
    return client.v1.customers.create({"name": "text"})


def _svix(url: str) -> object:
    svix = import_module("svix.api")
    client = svix.Svix("key", svix.SvixOptions(server_url=url, timeout=TIMEOUT))
    return client.message.create("app", svix.MessageIn(event_type="text", payload={}))


def _elasticsearch(url: str) -> object:
    async def post() -> object:
        async with import_module("elasticsearch").AsyncElasticsearch(url, request_timeout=TIMEOUT) as client:
            return await client.bulk(operations=[{"index": {"_index": "calls"}}, {"id": "1"}])

    return asyncio.run(post())


def _pinecone(url: str) -> object:
    client = import_module("pinecone").Pinecone(api_key="key", timeout=TIMEOUT)
    return client.Index(host=url).upsert(vectors=[("1", [0.5])])


def _qdrant(url: str) -> object:
    qdrant = import_module("qdrant_client")
    client = qdrant.QdrantClient(url=url, timeout=int(TIMEOUT), check_compatibility=False)
    point = import_module("qdrant_client.models").PointStruct(id=1, vector={}, payload={"id": "1"})
    return client.upload_points("calls", [point])


def _algolia(url: str) -> object:
    hosts = import_module("algoliasearch.http.hosts")
    config = import_module("algoliasearch.search.config").SearchConfig("app", "key")
    config.write_timeout = int(TIMEOUT * 1000)
    where = urlsplit(url)
    # One host for writing and three more, as by default.
    config.hosts = hosts.HostsCollection(
        [hosts.Host(where.hostname or "", where.scheme, where.port, priority=10 - 10 * bool(n)) for n in range(4)]
    )
    client = import_module("algoliasearch.search.client").SearchClientSync(config=config)
    return client.save_object("calls", {"id": "1"})


def _meilisearch(url: str) -> object:
    async def post() -> object:
        async with import_module("meilisearch_python_sdk").AsyncClient(url, timeout=int(TIMEOUT)) as client:
            return await client.index("calls").add_documents([{"id": "1"}])

    return asyncio.run(post())


def _aiohttp(url: str) -> object:
    async def post() -> object:
        aiohttp: Any = import_module("aiohttp")
        timeout = aiohttp.ClientTimeout(TIMEOUT)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json={"id": "1"}, raise_for_status=True) as response,
        ):
            return await response.json()

    return asyncio.run(post())


OURS = {
    "autodialer_async make": Peer("autodialer-async", _autodialer_make),
    "autodialer_async newcall": Peer("autodialer-async", _autodialer_newcall),
}
PEERS = {
    "telnyx": Peer("telnyx", _telnyx),
    "plivo": Peer("plivo", _plivo),
    "twilio": Peer("twilio", _twilio),
    "vonage": Peer("vonage", _vonage),
    "messagebird": Peer("messagebird", _messagebird),
    "sendgrid": Peer("sendgrid", _sendgrid),
    "openai": Peer("openai", _openai),
    "anthropic": Peer("anthropic", _anthropic),
    "slack_sdk": Peer("slack-sdk", _slack),
    "stripe": Peer("stripe", _stripe),
    "svix": Peer("svix", _svix),
    "elasticsearch": Peer("elasticsearch", _elasticsearch),
    "pinecone": Peer("pinecone", _pinecone),
    "qdrant": Peer("qdrant-client", _qdrant),
    "algolia": Peer("algoliasearch", _algolia),
    "meilisearch": Peer("meilisearch-python-sdk", _meilisearch),
    "aiohttp": Peer("aiohttp", _aiohttp),
}
