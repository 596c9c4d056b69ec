"""Tables of what is most, without a screen."""

import pytest

from tui.widgets.ranking import shortened


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("shop/cart", 9, "shop/cart"),
        ("shop/cart", 8, "cart"),
        ("shop/cart-service", 9, "cart…vice"),
        ("shop/web → shop/cart", 20, "shop/web → shop/cart"),
        ("shop/web → shop/cart", 12, "web → cart"),
        ("shop/web → kube-system/kube-dns", 22, "shop/web → kube-dns"),
        ("POLICY_DENIED · payments/only-checkout", 30, "POLICY_DENIED · only-checkout"),
        ("mirror.example.org.", 11, "mirro….org."),
        ("abc", 0, "…"),
        ("日本語/サービス日本", 10, "サー…日本"),
        ("日本 → 日本", 11, "日本 → 日本"),
    ],
)
def test_long_names_lose_their_namespace_first(text: str, width: int, short: str) -> None:
    assert shortened(text, width) == short
