"""Requests for an Envoy at a rate, and the configuration of an Envoy that takes them."""

import asyncio
import time
from typing import Any

CONNECTIONS = 10
TICKS = 100
"""How often a second requests are sent; those of a moment go out in one write."""

REQUEST = b"GET /items?id=7 HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\n\r\n"
TYPES = "type.googleapis.com/envoy.extensions"


class Load:
    """`rate` requests a second for some seconds, over a few connections that stay open."""

    def __init__(self, port: int, rate: int, seconds: float) -> None:
        self.connections = CONNECTIONS
        self.done = 0
        """Requests that were answered with 200."""
        self.seconds = 0.0
        """How long it took."""
        self._port = port
        self._each = round(rate / CONNECTIONS / TICKS)
        self._ticks = round(seconds * TICKS)

    async def run(self) -> None:
        """Send, and read all answers."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._connection())
        self.seconds = time.perf_counter() - began

    async def _connection(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        began = time.perf_counter()
        for tick in range(self._ticks):
            writer.write(REQUEST * self._each)
            for _ in range(self._each):
                head = await reader.readuntil(b"\r\n\r\n")
                self.done += head.startswith(b"HTTP/1.1 200")
            await asyncio.sleep(began + (tick + 1) / TICKS - time.perf_counter())
        writer.close()
        await writer.wait_closed()


def config(als: str, port: int, backend: int, admin: int) -> dict[str, Any]:
    """Write the configuration: what comes to `port` is logged, and sent on to `backend`, which is
    the same Envoy, and answers 200 with nothing.
    """
    host, _, als_port = als.rpartition(":")
    common = {
        "log_name": "bench",
        "transport_api_version": "V3",
        "grpc_service": {"envoy_grpc": {"cluster_name": "palomar"}},
    }
    log = {
        "name": "envoy.access_loggers.http_grpc",
        "typed_config": {
            "@type": f"{TYPES}.access_loggers.grpc.v3.HttpGrpcAccessLogConfig",
            "common_config": common,
        },
    }
    http2 = {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": f"{TYPES}.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http2_protocol_options": {}},
        }
    }
    empty = {"status": 200}
    return {
        "node": {"id": "bench", "cluster": "bench"},
        "admin": {"address": address("127.0.0.1", admin)},
        "static_resources": {
            "clusters": [
                cluster("palomar", host, int(als_port))
                | {"typed_extension_protocol_options": http2},
                cluster("backend", "127.0.0.1", backend),
            ],
            "listeners": [
                listener(port, {"route": {"cluster": "backend"}}, [log]),
                listener(backend, {"direct_response": empty}, []),
            ],
        },
    }


def address(host: str, port: int) -> dict[str, Any]:
    """Write an address."""
    return {"socket_address": {"address": host, "port_value": port}}


def cluster(name: str, host: str, port: int) -> dict[str, Any]:
    """Write a cluster of one endpoint."""
    endpoint = {"endpoint": {"address": address(host, port)}}
    assignment = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {"name": name, "type": "STRICT_DNS", "load_assignment": assignment}


def listener(port: int, action: dict[str, Any], logs: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a listener that does the same with every request."""
    host = {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}} | action]}
    router = {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{TYPES}.filters.http.router.v3.Router"},
    }
    manager = {
        "@type": (f"{TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": f"port-{port}",
        "access_log": logs,
        "route_config": {"virtual_hosts": [host]},
        "http_filters": [router],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    return {
        "name": f"port-{port}",
        "address": address("127.0.0.1", port),
        "filter_chains": [{"filters": filters}],
    }
