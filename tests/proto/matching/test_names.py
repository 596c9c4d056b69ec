"""Names of pods, services, workloads and clusters."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.flow_pb2 import Endpoint, Service, Workload
from proto.matching import names
from tests.pools import NAMES, NAMESPACES


@pytest.mark.parametrize(
    ("value", "namespace", "name", "matches"),
    [
        ("cart", "default", "cart-1", True),
        ("cart", "shop", "cart-1", False),
        ("cart", "", "cart-1", False),
        ("shop/", "shop", "anything", True),
        ("shop/", "shop", "", True),
        ("shop/", "shop-eu", "cart", False),
        ("shop/cart-", "shop", "cart-1", True),
        ("shop/cart-", "shop", "-cart-1", False),
        ("/cart", "shop", "cart-1", True),
        ("/cart", "", "cart-1", True),
        ("/", "shop", "web", True),
        ("/", "", "", False),
        ("shop/cart/web", "shop", "cart-1", True),
    ],
)
def test_pods_and_services_go_by_namespace_and_prefix(
    value: str, namespace: str, name: str, matches: bool
) -> None:
    assert names.pods([value])(Endpoint(namespace=namespace, pod_name=name)) is matches
    assert names.services([value])(Service(namespace=namespace, name=name)) is matches


@given(st.lists(st.tuples(NAMESPACES, NAMES), min_size=1, max_size=4), NAMESPACES, NAMES)
def test_names_are_alternatives(wanted: list[tuple[str, str]], namespace: str, name: str) -> None:
    expected = bool(namespace or name) and any(
        each in ("", namespace) and name.startswith(prefix) for each, prefix in wanted
    )
    matches = names.pods(["/".join(each) for each in wanted])
    assert matches(Endpoint(namespace=namespace, pod_name=name)) is expected


@pytest.mark.parametrize("build", [names.pods, names.services, names.clusters])
def test_an_empty_name_is_refused(build: Callable[[list[str]], object]) -> None:
    with pytest.raises(ValueError, match="''"):
        build(["cart", ""])


@pytest.mark.parametrize(
    ("name", "kind", "matches"),
    [
        ("cart", "", True),
        ("", "Deployment", True),
        ("cart", "Deployment", True),
        ("", "", True),
        ("car", "", False),
        ("cart", "DaemonSet", False),
    ],
)
def test_workloads_go_by_name_and_kind(name: str, kind: str, matches: bool) -> None:
    end = Endpoint(workloads=[Workload(name="web"), Workload(name="cart", kind="Deployment")])
    assert names.workloads([Workload(name=name, kind=kind)])(end) is matches
    assert not names.workloads([Workload(name=name, kind=kind)])(Endpoint())


def test_an_absent_end_has_no_name_but_an_empty_one_has_identity_0() -> None:
    assert not names.pods(["/"])(None)
    assert not names.services(["/"])(None)
    assert not names.workloads([Workload()])(None)
    assert not names.clusters(["default"])(None)
    assert not names.identities([0])(None)
    assert names.identities([0])(Endpoint())


def test_clusters_are_matched_whole() -> None:
    matches = names.clusters(["prod-eu", "prod-us"])
    assert matches(Endpoint(cluster_name="prod-us"))
    assert not matches(Endpoint(cluster_name="prod"))
