"""What rubbish does to the webhook verifiers of other services, each called as its own documentation does.

`python -m benchmarks.peers_webhooks`: where a verifier raises anything but its own refusal, and the handler expects
only that, rubbish becomes a 500 of the user's backend. The peers come with the extra `peers`; what is not installed is
left out. Our own part is tests/webhooks/test_fuzz.py: rubbish of every kind over a socket is answered 2xx or 4xx.
"""

from __future__ import annotations

import argparse
import base64
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module, metadata
from urllib.parse import parse_qsl

import attrs

__all__: list[str] = []

Headers = Mapping[str, str]
_KEY = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@attrs.frozen
class Verifier:
    """One way to look at a webhook request.

    Attributes:
        package: Its name in the package index.
        names: Headers of the signature and of the time.
        verify: Looks at a body and its headers; False or a refusal means no.
        refusals: Names of the exceptions that mean a refusal, as its documentation names them.
    """

    package: str
    names: tuple[str, str]
    verify: Callable[[bytes, Headers], object]
    refusals: frozenset[str]


def _stripe(body: bytes, headers: Headers) -> object:
    return import_module("stripe").Webhook.construct_event(body, headers.get("stripe-signature"), _KEY)


def _standard(body: bytes, headers: Headers) -> object:
    return import_module("standardwebhooks").Webhook(_KEY).verify(body, dict(headers))


def _svix(body: bytes, headers: Headers) -> object:
    return import_module("svix.webhooks").Webhook(_KEY).verify(body, dict(headers))


def _openai(body: bytes, headers: Headers) -> object:
    return import_module("openai").OpenAI(api_key="key", webhook_secret=_KEY).webhooks.unwrap(body, headers)


def _slack(body: bytes, headers: Headers) -> object:
    return import_module("slack_sdk.signature").SignatureVerifier(_KEY).is_valid_request(body, headers)


def _twilio(body: bytes, headers: Headers) -> object:
    validator = import_module("twilio.request_validator").RequestValidator(_KEY)
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    return validator.validate("https://example.com/", fields, headers.get("x-twilio-signature", ""))


VERIFIERS = {
    "stripe": Verifier("stripe", ("stripe-signature", "x-time"), _stripe,
                       frozenset({"SignatureVerificationError", "ValueError"})),
    "standardwebhooks": Verifier("standardwebhooks", ("webhook-signature", "webhook-timestamp"), _standard,
                                 frozenset({"WebhookVerificationError"})),
    "svix": Verifier("svix", ("svix-signature", "svix-timestamp"), _svix, frozenset({"WebhookVerificationError"})),
    "openai": Verifier("openai", ("webhook-signature", "webhook-timestamp"), _openai,
                       frozenset({"InvalidWebhookSignatureError"})),
    "slack": Verifier("slack-sdk", ("x-slack-signature", "x-slack-request-timestamp"), _slack, frozenset()),
    "twilio": Verifier("twilio", ("x-twilio-signature", "x-time"), _twilio, frozenset()),
}  # fmt: skip


def _rubbish(names: tuple[str, str]) -> dict[str, tuple[bytes, Headers]]:
    signature, moment = names
    now = str(int(time.time()))
    one = {"webhook-id": "1", "svix-id": "1", moment: now, signature: f"t={now},v1=AAAA"}
    return {
        "no headers": (b"{}", {}),
        "a wrong signature": (b"{}", one),
        "a signature of rubbish": (b"{}", one | {signature: "v1,%%%"}),
        "a signature without its comma": (b"{}", one | {signature: "rubbish"}),
        "a signature that is not ASCII": (b"{}", one | {signature: f"t={now},v1=\u00e9"}),
        "a time that is no number": (b"{}", one | {moment: "soon", signature: "t=soon,v1=AAAA"}),
        "a time beyond every clock": (b"{}", one | {moment: "9" * 400, signature: f"t={'9' * 400},v1=AAAA"}),
        "a body that is no UTF-8": (b"\xff\xfe{", one),
    }


def _ending(verifier: Verifier, body: bytes, headers: Headers) -> str:
    try:
        return "taken" if verifier.verify(body, headers) else "no"
    except ModuleNotFoundError:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is to be shown
        its_own = any(kind.__name__ in verifier.refusals for kind in type(error).__mro__)
        return "no" if its_own else f"**{type(error).__name__}**"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the same: there is nothing to shorten")
    parser.parse_args(arguments)
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}")
    print("no: refused by its own refusal; a name: another exception came out of the verifier.\n")
    kinds = list(_rubbish(("", "")))
    print("| verifier | version | " + " | ".join(kinds) + " |")
    print("| --- " * (len(kinds) + 2) + "|")
    for name, verifier in VERIFIERS.items():
        endings = [_ending(verifier, body, headers) for body, headers in _rubbish(verifier.names).values()]
        if all(endings):
            print(f"| {name} | {metadata.version(verifier.package)} | " + " | ".join(endings) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
