"""The shop: visitors, a frontend, carts, checkouts and payments, with a trace through all of
them.
"""

import random

from agent.sources.demo.acts import (
    Request,
    answer,
    ask,
    connect,
    dns_talk,
    exchange,
    lookup,
    packet,
    proxied,
)
from agent.sources.demo.cast import (
    BANK,
    CART,
    CATALOG,
    CHECKOUT,
    DB,
    FRONTEND,
    KAFKA,
    LEDGER,
    MIRROR,
    PAYMENTS,
    SERVICES,
    VISITORS,
    End,
)
from agent.sources.demo.hops import MILLISECOND, Conversation, Step
from proto import flow_pb2

POLICY = flow_pb2.Policy(
    name="shop-http", namespace="shop", revision=12, kind="CiliumNetworkPolicy"
)
"""The policy that lets the shop's pods speak HTTP to each other, through the proxy."""

PAGES = ("/", "/", "/products/17", "/products/42", "/cart", "/search?q=lamp", "/static/app.js")


def visit(chance: random.Random) -> list[Step]:
    """Serve a page to a visitor from outside."""
    visitor, frontend = chance.choice(VISITORS), chance.choice(FRONTEND)
    service = SERVICES["frontend"]
    talk = Conversation(chance, visitor, frontend, service.port, service=service)
    connect(talk)
    node = frontend.node or 0
    page = chance.choice(PAGES)
    code = chance.choices((200, 304, 404, 500), (90, 6, 3, 1))[0]
    request = Request("GET", f"http://shop.example{page}", code, _latency(chance, 12), "HTTP/2")
    ask(talk, node, request)
    talk.wait(request.latency_ms * MILLISECOND)
    answer(talk, node, request)
    packet(talk, "ACK", "FIN", reply=True)
    return talk.steps


def browse(chance: random.Random) -> list[Step]:
    """Let the frontend read the catalog, which reads the database."""
    trace = _trace(chance)
    steps = _call(chance, chance.choice(FRONTEND), CATALOG, "GET", "/products/17", 200, 6, trace)
    return steps + _query(chance, CATALOG, at=2 * MILLISECOND)


def put_in_cart(chance: random.Random) -> list[Step]:
    """Put something into a cart."""
    code = chance.choices((201, 409), (95, 5))[0]
    frontend = chance.choice(FRONTEND)
    return _call(chance, frontend, CART, "POST", "/cart/items", code, 9, _trace(chance))


def buy(chance: random.Random) -> list[Step]:
    """Check out: cart, payment, the bank outside, the ledger, and an event for those who follow."""
    trace, checkout = _trace(chance), chance.choice(CHECKOUT)
    code = chance.choices((200, 402, 503), (90, 6, 4))[0]
    steps = _call(chance, chance.choice(FRONTEND), checkout, "POST", "/checkout", code, 180, trace)
    steps += _call(chance, checkout, CART, "DELETE", "/cart", 204, 7, trace, at=8 * MILLISECOND)
    steps += _call(
        chance, checkout, PAYMENTS, "POST", "/charge", code, 140, trace, at=20 * MILLISECOND
    )
    steps += _bank(chance, at=30 * MILLISECOND)
    steps += _ledger(chance, at=150 * MILLISECOND)
    return steps + _publish(chance, checkout, at=170 * MILLISECOND)


def fetch_outside(chance: random.Random) -> list[Step]:
    """Look up a name outside, some of them unknown, and fetch from there."""
    pod = chance.choice((CATALOG, *FRONTEND))
    name = chance.choice(MIRROR.names)
    talk = dns_talk(pod, chance)
    steps = lookup(talk, f"{name}.shop.svc.cluster.local.", ())
    asked = dns_talk(pod, chance, at=2 * MILLISECOND)
    steps += lookup(asked, f"{name}.", (MIRROR.address,), chance.choice(("A", "AAAA")), 14)
    fetch = Conversation(chance, pod, MIRROR, 443, at=20 * MILLISECOND)
    return steps + exchange(fetch, _latency(chance, 60))


SCENES = ((visit, 30), (browse, 30), (put_in_cart, 20), (buy, 8), (fetch_outside, 12))
"""What happens in the shop, and how often, in parts of 100."""


def _call(
    chance: random.Random,
    client: End,
    server: End,
    method: str,
    path: str,
    code: int,
    latency_ms: float,
    trace: str,
    at: int = 0,
) -> list[Step]:
    """Call a service of the shop by HTTP."""
    service = SERVICES[server.workload]
    talk = Conversation(chance, client, server, service.port, service=service, at=at)
    if server is PAYMENTS:
        talk = Conversation(
            chance, client, server, service.port, service=service, at=at, auth_type=flow_pb2.SPIRE
        )
    url = f"http://{service.name}.{service.namespace}:{service.port}{path}"
    request = Request(method, url, code, _latency(chance, latency_ms), trace_id=trace)
    return proxied(talk, request, POLICY)


def _query(chance: random.Random, client: End, at: int) -> list[Step]:
    """Ask the database, over IPv6 at times."""
    service, six = SERVICES["db"], chance.random() < 0.4
    talk = Conversation(chance, client, DB, service.port, service=service, six=six, at=at)
    return exchange(talk, _latency(chance, 2))


def _bank(chance: random.Random, at: int) -> list[Step]:
    name = BANK.names[0]
    steps = lookup(dns_talk(PAYMENTS, chance, at=at), f"{name}.", (BANK.address,), "A", 9)
    talk = Conversation(chance, PAYMENTS, BANK, 443, at=at + 12 * MILLISECOND)
    return steps + exchange(talk, _latency(chance, 90))


def _ledger(chance: random.Random, at: int) -> list[Step]:
    service = SERVICES["ledger"]
    talk = Conversation(chance, PAYMENTS, LEDGER, service.port, service=service, at=at)
    return exchange(talk, _latency(chance, 3))


def _publish(chance: random.Random, client: End, at: int) -> list[Step]:
    """Publish an order, which the proxy reads as Kafka."""
    service, node = SERVICES["kafka"], client.node or 0
    talk = Conversation(chance, client, KAFKA, service.port, service=service, at=at)
    connect(talk)
    number = chance.randrange(1, 10_000)
    kafka = flow_pb2.Kafka(api_key="produce", api_version=9, correlation_id=number, topic="orders")
    summary = f"Kafka produce topic 'orders' correlation {number}"
    talk.record(node, flow_pb2.Layer7(type=flow_pb2.REQUEST, kafka=kafka), summary)
    return talk.steps


def _latency(chance: random.Random, typical_ms: float) -> float:
    """Draw a latency: most near the typical one, some far slower."""
    return typical_ms * chance.lognormvariate(0, 0.5)


def _trace(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"
