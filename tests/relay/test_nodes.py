"""What is known of nodes."""

from proto.observer_pb2 import Node
from proto.relay_pb2 import NODE_CONNECTED, NODE_GONE, NODE_UNAVAILABLE
from relay.services.nodes import Known, Nodes, full_name, statuses


def connect(nodes: Nodes, name: str) -> Known:
    return nodes.connect(name, "1", "ipv4:10.0.0.1:1", tls=False)


def test_a_node_is_named_with_its_cluster_unless_that_is_the_default() -> None:
    assert full_name("east", "n") == "east/n"
    assert full_name("default", "n") == full_name("", "n") == "n"


def test_a_node_is_connected_while_it_has_a_stream() -> None:
    nodes = Nodes(10)
    first, second = connect(nodes, "n"), connect(nodes, "n")
    nodes.disconnect(first, said_goodbye=False)
    assert nodes.names(NODE_CONNECTED) == ["n"]
    nodes.disconnect(second, said_goodbye=True)
    assert nodes.names(NODE_GONE) == ["n"]
    connect(nodes, "n")
    assert nodes.names(NODE_CONNECTED) == ["n"]


def test_a_node_of_an_earlier_run_is_unavailable_until_it_comes_back() -> None:
    nodes = Nodes(10)
    nodes.recall([("lost", True), ("ended", True), ("lost", False), ("ended", True)])
    assert (nodes.names(NODE_UNAVAILABLE), nodes.names(NODE_GONE)) == (["lost"], ["ended"])
    connect(nodes, "lost")
    assert nodes.names(NODE_CONNECTED) == ["lost"]


def test_uptime_and_flows_count_from_the_connection() -> None:
    now = 5.0
    nodes = Nodes(10, lambda: now)
    known = connect(nodes, "n")
    known.seen += 7
    now = 8
    wanted = Node(name="n", version="1", address="ipv4:10.0.0.1:1", state=NODE_CONNECTED)
    wanted.uptime_ns, wanted.seen_flows = 3_000_000_000, 7
    wanted.tls.enabled = False
    assert nodes.messages() == [wanted]
    nodes.disconnect(known, said_goodbye=False)
    assert nodes.messages()[0].uptime_ns == 0
    connect(nodes, "n")
    assert nodes.messages()[0].seen_flows == 0


def test_too_many_nodes_are_forgotten_those_that_ended_first() -> None:
    nodes = Nodes(3)
    here, lost, ended = (connect(nodes, name) for name in ("here", "lost", "ended"))
    nodes.disconnect(lost, said_goodbye=False)
    nodes.disconnect(ended, said_goodbye=True)
    connect(nodes, "new")
    assert [node.name for node in nodes.messages()] == ["here", "lost", "new"]
    connect(nodes, "newer")
    assert [node.name for node in nodes.messages()] == ["here", "new", "newer"]
    connect(nodes, "newest")
    assert here.streams == 1
    assert len(nodes.messages()) == 4


def test_statuses_name_the_connected_then_the_missing() -> None:
    nodes = Nodes(10)
    assert statuses(nodes, "relay", 0) == []
    connect(nodes, "b")
    connect(nodes, "a")
    nodes.recall([("lost", True), ("ended", True), ("lost", False), ("ended", True)])
    told = [answer.node_status for answer in statuses(nodes, "relay", 0)]
    assert [status.state_change for status in told] == [NODE_CONNECTED, NODE_UNAVAILABLE]
    assert [list(status.node_names) for status in told] == [["a", "b"], ["lost"]]
