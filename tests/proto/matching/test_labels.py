"""Labels and selectors."""

import pytest

from proto.flow_pb2 import Endpoint
from proto.matching.labels import Label, endpoint_labels, label, labels

SHOP = ["k8s:app=cart", "k8s:tier=1", "k8s:empty=", "reserved:host", "container:id=7", "plain=x"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("k8s:app=cart", ("k8s", "app", "cart")),
        ("app=cart", ("unspec", "app", "cart")),
        ("k8s:a=b=c", ("k8s", "a", "b=c")),
        ("reserved:host", ("reserved", "host", "")),
        ("reserved:=host", ("reserved", "host", "")),
        ("reserved.host", ("reserved", "host", "")),
        ("$host", ("reserved", "host", "")),
        (":app", ("unspec", "app", "")),
        ("", ("unspec", "", "")),
    ],
)
def test_a_label_is_taken_apart(text: str, parts: tuple[str, str, str]) -> None:
    assert label(text) == Label(*parts)


@pytest.mark.parametrize(
    "selector",
    [
        "",
        " ",
        "app",
        "app=cart",
        "app==cart",
        "k8s:app=cart",
        "any:app=cart",
        "unspec:plain=x",
        "reserved:host",
        "empty",
        "empty=",
        "k8s:empty=",
        "app!=web",
        "other!=x",
        "!other",
        "app in (web, cart)",
        "app in (,cart)",
        "empty in ()",
        "other notin (x)",
        "app notin (,)",
        "app=cart,tier=1",
        " app = cart , ! other ",
        "tier>0",
        "tier<2",
        "plain",
        "id in (7)",
        "app in(cart)",
        "other notin ()",
    ],
)
def test_what_selects(selector: str) -> None:
    assert labels([selector])(SHOP)


@pytest.mark.parametrize(
    "selector",
    [
        "other",
        "!app",
        "app=web",
        "app=",
        "any:other",
        "container:app",
        "reserved:app",
        "app!=cart",
        "app in (web)",
        "app notin (cart, web)",
        "app=cart,tier=2",
        "tier>1",
        "tier<1",
        "app>0",
        "other>0",
        "k8s:host",
        "app=cart,other",
        "other in ()",
    ],
)
def test_what_does_not_select(selector: str) -> None:
    assert not labels([selector])(SHOP)


@pytest.mark.parametrize(
    "selector",
    [
        ",",
        "a,",
        ",a",
        "a,,b",
        "a b",
        "a in",
        "a in (",
        "a in x",
        "a in (x",
        "a in (x y)",
        "a in ((x))",
        "a in (x,=)",
        "()",
        "=",
        "=b",
        "!",
        "!!a",
        "!a=b",
        "a=b=c",
        "a===b",
        "a=!b",
        "a=b c",
        "any:k8s:a",
        "a=b/c",
        "a-",
        "a/b/c",
        "A B/c",
        "a>x",
        "a>",
        "a<-1",
        "a=(b)",
        "x" * 64,
        f"a={'x' * 64}",
        "a=ä",
        "ä",
        "a notin",
        "a\x00b",
        "a~b",
    ],
)
def test_what_is_no_selector_is_quoted(selector: str) -> None:
    with pytest.raises(ValueError, match="is not a label selector") as refusal:
        labels(["a", selector])
    assert repr(selector) in str(refusal.value)


def test_selectors_are_alternatives() -> None:
    assert labels(["other", "app"])(SHOP)
    assert not labels(["other", "another"])(SHOP)


def test_a_source_is_part_of_the_key_and_any_is_all_of_them() -> None:
    assert labels(["k8s:app=web"])(["any:app=web"]) is False
    assert labels(["any:app=web"])(["k8s:app=web"])
    assert labels(["app=web"])(["reserved:app=web"])
    assert labels(["app=first"])(["k8s:app=first", "container:app=second"])
    assert not labels(["app=second"])(["k8s:app=first", "container:app=second"])


def test_keys_may_have_a_domain() -> None:
    selected = labels(["k8s:io.kubernetes.pod.namespace=shop,app.kubernetes.io/name"])
    assert selected(["k8s:io.kubernetes.pod.namespace=shop", "k8s:app.kubernetes.io/name=x"])


@pytest.mark.parametrize(
    ("selector", "text", "selected"),
    [
        ("cidr:10.0.0.0/8", "cidr:10.1.0.0/16", True),
        ("cidr:10.0.0.0/8", "cidr:10.0.0.0/8", True),
        ("cidr:10.0.0.0/16", "cidr:10.0.0.0/8", False),
        ("cidr:10.0.0.0/8", "cidr:fd00--/16", False),
        ("cidr:10.0.0.0/8", "k8s:10.1.0.0/16", False),
        ("any:10.0.0.0/8", "cidr:10.1.0.0/16", False),
        ("cidr:10.0.0.0/8", "cidr:nonsense", False),
    ],
)
def test_a_prefix_holds_the_prefixes_in_it(selector: str, text: str, selected: bool) -> None:
    assert labels([selector])([text]) is selected


def test_an_absent_endpoint_has_no_labels() -> None:
    assert not endpoint_labels(["app"])(None)
    assert endpoint_labels(["!app"])(None)
    assert endpoint_labels(["app!=web"])(Endpoint())
    assert endpoint_labels([""])(None)
