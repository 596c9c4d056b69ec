"""From flags to lists of filters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observe.flag_lists import Conflict, Given, filter_lists
from observe.flag_table import FLAGS, Flag
from proto.filters import predicate
from proto.flow_pb2 import Flow, FlowFilter
from tests.factories import flows

BY_NAME = {flag.name: flag for flag in FLAGS}


def given_as(*pairs: tuple[str, object]) -> list[Given]:
    return [Given(BY_NAME[name], value, False) for name, value in pairs]


def test_nothing_makes_nothing() -> None:
    assert filter_lists([]) == ([], [])


def test_two_equal_filters_are_one() -> None:
    flags = given_as(("--uuid", "u"), ("--from-pod", "a"))
    assert filter_lists(flags) == ([FlowFilter(uuid=["u"], source_pod=["a"])], [])


def test_denied_flags_make_filters_of_their_own() -> None:
    flags = given_as(("--uuid", "a"), ("--uuid", "b"))
    mixed = [flags[0], flags[1]._replace(denied=True)]
    assert filter_lists(mixed) == ([FlowFilter(uuid=["a"])], [FlowFilter(uuid=["b"])])


@pytest.mark.parametrize(
    ("pods", "namespaces", "made"),
    [
        ([], ["x"], ["x/"]),
        (["a"], ["x", "y"], ["x/a", "y/a"]),
        (["a", "x/b"], ["x"], ["x/a", "x/b"]),
        (["/a"], ["x"], ["/a"]),
        (["q/a"], [""], ["q/a"]),
        (["a"], [""], ["/a"]),
    ],
)
def test_namespaces_go_into_the_names(
    pods: list[str], namespaces: list[str], made: list[str]
) -> None:
    flags = given_as(
        *(("--to-namespace", namespace) for namespace in namespaces),
        *(("--to-pod", pod) for pod in pods),
    )
    assert filter_lists(flags) == ([FlowFilter(destination_pod=made)], [])


def test_a_namespace_of_a_service_leaves_pods_alone() -> None:
    flags = given_as(("--from-service", "s"), ("--from-namespace", "x"))
    assert filter_lists(flags) == ([FlowFilter(source_service=["x/s"])], [])


def test_a_name_in_another_namespace_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="'y/a' is not in namespace 'x'"):
        filter_lists(given_as(("--to-namespace", "x"), ("--to-pod", "y/a")))


@pytest.mark.parametrize("name", ["pod", "ip", "fqdn", "label", "service", "port", "identity"])
def test_either_end_and_one_end_of_the_same_are_a_conflict(name: str) -> None:
    either = given_as((f"--{name}", 1))
    for end in ("from", "to"):
        one = given_as((f"--{end}-{name}", 1))
        with pytest.raises(Conflict, match=f"--{name} and --{end}-{name} cannot be combined"):
            filter_lists(one + either)


def either_ends() -> st.SearchStrategy[tuple[Flag, object]]:
    values = {"port": "80", "identity": 1001, "cluster_name": "default", "pod": "shop/"}
    flags = [flag for flag in FLAGS if flag.end == "either" and flag.field in values]
    return st.sampled_from(flags).map(lambda flag: (flag, values[flag.field]))


@given(
    st.lists(either_ends(), min_size=1, max_size=3, unique_by=lambda pair: pair[0].name), flows()
)
def test_either_end_means_all_of_one_end_or_all_of_the_other(
    pairs: list[tuple[Flag, object]], each: Flow
) -> None:
    def side(end: str) -> bool:
        keep = predicate([FlowFilter(**{f"{end}_{f.field}": [value] for f, value in pairs})], [])  # type: ignore[arg-type]
        return keep is not None and keep(each)

    allow, deny = filter_lists([Given(flag, value, False) for flag, value in pairs])
    keep = predicate(allow, deny)
    assert keep is not None
    assert keep(each) is (side("source") or side("destination"))
