"""What goes wrong in the demo: drops with their reasons, audits, errors, losses."""

import random
from typing import Any

from google.protobuf.wrappers_pb2 import Int32Value

from agent.sources.demo.acts import packet
from agent.sources.demo.cast import (
    CART,
    CATALOG,
    CHECKOUT,
    CLIENT,
    DB,
    ECHO_OTHER,
    FRONTEND,
    HEALTH,
    HOSTS,
    LEDGER,
    PAYMENTS,
    REMOTE,
    REPORT,
    SCANNER,
    SERVICES,
    End,
)
from agent.sources.demo.hops import Conversation, Step
from proto import flow_pb2
from proto.observer_pb2 import ExportEvent

LEDGER_POLICY = flow_pb2.Policy(
    name="ledger-only-payments", namespace="payments", revision=4, kind="CiliumNetworkPolicy"
)
DATA_POLICY = flow_pb2.Policy(name="db-clients", namespace="data", revision=9, kind="NetworkPolicy")
AUDIT_POLICY = flow_pb2.Policy(name="no-world", revision=2, kind="CiliumClusterwideNetworkPolicy")


def denied_in(chance: random.Random) -> list[Step]:
    """Knock at a door that a policy keeps shut."""
    client, server, policy = chance.choice(
        (
            (CART, LEDGER, LEDGER_POLICY),
            (CHECKOUT[0], LEDGER, LEDGER_POLICY),
            (REPORT, DB, DATA_POLICY),
            (FRONTEND[1], DB, DATA_POLICY),
        )
    )
    talk = _talk(chance, client, server, SERVICES[server.workload].port)
    talk.trace("from-endpoint", client.node or 0, "SYN")
    return _refused(talk, server.node or 0, ingress_denied_by=[policy])


def denied_out(chance: random.Random) -> list[Step]:
    """Let a job try to reach the world, which it may not."""
    talk = _talk(chance, REPORT, SCANNER, 443)
    return _refused(talk, 0, egress_denied_by=[AUDIT_POLICY])


def scanned(chance: random.Random) -> list[Step]:
    """Let a stranger try doors."""
    talk = _talk(chance, SCANNER, chance.choice(FRONTEND), chance.choice((22, 23, 3389, 8081)))
    node = talk.server.node or 0
    return _refused(talk, node, ingress_denied_by=[AUDIT_POLICY])


def audited(chance: random.Random) -> list[Step]:
    """Let through what a policy in audit mode would stop."""
    talk = _talk(chance, CATALOG, PAYMENTS, 8443)
    audit = flow_pb2.AUDIT
    talk.verdict(1, 0, verdict=audit, ingress_denied_by=[AUDIT_POLICY])
    packet(talk, "SYN")
    return talk.steps


def unauthenticated(chance: random.Random) -> list[Step]:
    """Ask payments without the mutual authentication that it wants."""
    talk = _talk(chance, CART, PAYMENTS, 8443, auth_type=flow_pb2.SPIRE)
    talk.drop(1, flow_pb2.AUTH_REQUIRED)
    return talk.steps


def broken(chance: random.Random) -> list[Step]:
    """Meet the rarer reasons for which packets are dropped."""
    reason = chance.choice(
        (
            flow_pb2.STALE_OR_UNROUTABLE_IP,
            flow_pb2.CT_MAP_INSERTION_FAILED,
            flow_pb2.SERVICE_BACKEND_NOT_FOUND,
            flow_pb2.TTL_EXCEEDED,
            flow_pb2.INVALID_SOURCE_IP,
            flow_pb2.CT_TRUNCATED_OR_INVALID_HEADER,
        )
    )
    client = chance.choice((CLIENT, *FRONTEND))
    talk = _talk(chance, client, ECHO_OTHER, 8080)
    flow = talk.drop(client.node or 0, reason, file={"name": "bpf_lxc.c", "line": 1287})
    flow.interface.index, flow.interface.name = 14, "lxc3f0c1b9a"
    return talk.steps


def solicited(chance: random.Random) -> list[Step]:
    """Drop an ICMPv6 message that nobody expects."""
    node = chance.randrange(2)
    host = End("", "", 0, (), six="fe80::64d8:8aff:fe72:fc14", node=node)
    talk = Conversation(
        chance, host, End("", "", 0, (), six="ff02::2"), 0, protocol="UDP", six=True
    )
    flow = talk.drop(node, flow_pb2.INVALID_SOURCE_IP)
    flow.l4.ICMPv6.type, flow.Summary = 133, "ICMPv6 RouterSolicitation"
    return talk.steps


def pinged(chance: random.Random) -> list[Step]:
    """Let the nodes see whether they are well."""
    here = chance.randrange(2)
    steps: list[Step] = []
    for client in (HOSTS[here], REMOTE[1 - here]):
        talk = Conversation(chance, client, HEALTH[here], 0, protocol="UDP")
        for kind, name, reply in ((8, "EchoRequest", False), (0, "EchoReply", True)):
            point = "to-stack" if reply else "to-endpoint"
            flow = talk.trace(point, here, reply=reply)
            flow.l4.ICMPv4.type, flow.Summary = kind, f"ICMPv4 {name}"
        steps += talk.steps
    return steps


def lost(chance: random.Random) -> list[Step]:
    """Lose a few events on the way to the observer, as a busy node does."""
    loss = flow_pb2.LostEvent(
        source=flow_pb2.PERF_EVENT_RING_BUFFER,
        num_events_lost=chance.randrange(1, 40),
        cpu=Int32Value(value=chance.randrange(4)),
    )
    return [Step(0, chance.randrange(2), ExportEvent(lost_events=loss))]


SCENES = (
    (denied_in, 30),
    (denied_out, 8),
    (scanned, 12),
    (audited, 12),
    (unauthenticated, 6),
    (broken, 12),
    (solicited, 5),
    (pinged, 13),
    (lost, 2),
)
"""What goes wrong, and how often, in parts of 100."""


def _talk(
    chance: random.Random, client: End, server: End, port: int, **fields: Any
) -> Conversation:
    service = SERVICES.get(server.workload)
    return Conversation(chance, client, server, port, service=service, **fields)


def _refused(talk: Conversation, node: int, **fields: object) -> list[Step]:
    """Refuse the first packet: the policy's verdict, and the drop."""
    talk.verdict(node, 0, verdict=flow_pb2.DROPPED, **fields)
    talk.drop(node, flow_pb2.POLICY_DENIED, **fields)
    return talk.steps
