"""A server and HAProxy before it."""

import pytest
from proxy import Proxy
from running_server import start

__all__ = ["start"]  # a fixture


@pytest.fixture(name="put_before")
def put_proxies_before(tmp_path):
    """put_before(server, options): HAProxy in front of it."""
    proxies = []

    def put_before(server, options="proto h2"):
        folder = tmp_path / f"proxy{len(proxies)}"
        folder.mkdir()
        proxies.append(Proxy(folder, server, options))
        return proxies[-1]

    yield put_before
    for proxy in proxies:
        proxy.process.kill()
        proxy.process.wait()
