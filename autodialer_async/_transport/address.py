"""Where requests go, and through which proxy."""

from __future__ import annotations

import urllib.request
from importlib.util import find_spec

import httpx

from autodialer_async.errors import ConfigurationError

__all__ = ["chosen_proxy", "service_url"]


def service_url(base_url: str) -> httpx.URL:
    """The service's address.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError, ValueError):
        # Without httpx's words: they quote the address, and a password may stand in it.
        raise ConfigurationError("base_url is not an address: it is one such as https://site.url") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("base_url is an address such as https://site.url")
    if url.query or url.fragment or url.userinfo:
        raise ConfigurationError("base_url has no query, fragment, user or password: only https://host[:port][/path]")
    return url


def chosen_proxy(url: httpx.URL, proxy: str | httpx.Proxy | None) -> httpx.Proxy | None:
    """The proxy on the way to an address: the one given, else the environment's, if any.

    Raises:
        ConfigurationError: What was given, or stands in the environment, is no address.
    """
    if proxy is None:
        # A transport given to httpx switches its reading of HTTPS_PROXY and NO_PROXY off.
        if urllib.request.proxy_bypass(url.host):
            return None
        environment = urllib.request.getproxies()
        proxy = environment.get(url.scheme) or environment.get("all")
        if not proxy:
            return None
    try:
        chosen = (
            proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
        )
    except (ValueError, httpx.InvalidURL):
        raise ConfigurationError("proxy is an address such as http://host:port") from None
    if not chosen.url.host:
        raise ConfigurationError("proxy is an address such as http://host:port")
    if chosen.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError('a SOCKS proxy needs one more package: pip install "httpx[socks]"')
    return chosen
