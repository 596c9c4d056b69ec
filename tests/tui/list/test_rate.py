from tui.list.rate import SECONDS, Rate


def test_the_rate_is_that_of_the_last_seconds() -> None:
    now = [100.0]
    rate = Rate(lambda: now[0])
    rate.add(30)
    now[0] += 1
    rate.add(60)
    assert rate.per_second() == 90 / SECONDS
    now[0] += SECONDS - 0.5
    assert rate.per_second() == 60 / SECONDS
    now[0] += SECONDS
    assert rate.per_second() == 0
