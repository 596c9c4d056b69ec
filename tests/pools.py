"""What random flows and filters are made of: small pools that both draw from, so that filters match
now and then and flows repeat.
"""

from hypothesis import strategies as st

from proto import flow_pb2

# What strangers write: anything that is UTF-8, control characters and all.
WEIRD = st.text(st.characters(codec="utf-8"), max_size=6)

NAMESPACES = st.sampled_from(["", "default", "kube-system", "shop", "shop-eu"])
NAMES = st.sampled_from(["", "cart", "cart-0", "cart-1", "client", "coredns-5d78", "web"])
CLUSTERS = st.sampled_from(["default", "prod-eu", "prod-us"])
IDENTITIES = st.sampled_from([0, 1, 2, 9, 1001, 1002, 16_777_217, 2**32 - 1])
LABELS = st.sampled_from(
    [
        "k8s:app=cart",
        "k8s:app=web",
        "any:app=web",
        "k8s:io.kubernetes.pod.namespace=shop",
        "k8s:empty=",
        "container:id=7",
        "reserved:host",
        "reserved:world",
        "cidr:10.0.0.0/8",
        "tier",
        "$init",
    ]
)
ADDRESSES = st.sampled_from(
    ["", "10.0.0.1", "10.0.1.200", "192.168.1.1", "::1", "fd00::1", "fe80::1%eth0", "FD00:0::1"]
)
DOMAINS = st.sampled_from(["example.com", "www.example.com", "EXAMPLE.com.", "_dns.cilium.io"])
NODES = st.sampled_from(["", "node-1", "default/node-1", "prod-eu/web.company.com", "a/b/c"])
PORTS = st.sampled_from([0, 53, 80, 8080, 45004, 65_535])
URLS = st.sampled_from(
    ["", "/", "/foo?x=1", "http://web/foo%20bar", "http://api.cilium.io:80/v1/9#top", "*", "web/x"]
)
METHODS = st.sampled_from(["", "GET", "POST", "get"])
TRACE_IDS = st.sampled_from(["", "00000000000000000000000000000000", "4bf92f3577b34da6"])
WORKLOADS = st.builds(
    flow_pb2.Workload, name=NAMES, kind=st.sampled_from(["", "Deployment", "DaemonSet"])
)
HEADERS = st.builds(
    flow_pb2.HTTPHeader,
    key=st.sampled_from(["foo", "Foo", "x-request-id"]),
    value=st.sampled_from(["", "bar"]),
)
TCP_FLAGS = st.builds(
    flow_pb2.TCPFlags, SYN=st.booleans(), ACK=st.booleans(), FIN=st.booleans(), NS=st.booleans()
)
INTERFACES = st.builds(
    flow_pb2.NetworkInterface,
    index=st.integers(0, 2),
    name=st.sampled_from(["", "eth0", "lxc1234"]),
)
EVENT_TYPES = st.sampled_from([0, 1, 3, 4, 5, 7, 129])
