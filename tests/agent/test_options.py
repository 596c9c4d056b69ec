import click
import pytest
from click.testing import CliRunner

from agent.options import Seconds, tls_given, tls_options
from proto.transport import TLS


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5s", 1.5), ("2m", 120), ("1h30m", 5400), ("250ms", 0.25), ("1m0.5s", 60.5)],
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert Seconds().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0", "s", "1x", "1.2.3s", "-1s", "1s!", "nan", "inf"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no span of time"):
        Seconds().convert(text, None, None)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], None),
        (["--tls"], TLS()),
        (["--tls-server-name", "relay"], TLS(server_name="relay")),
        (["--tls-allow-insecure"], TLS(allow_insecure=True)),
    ],
)
def test_any_option_of_tls_turns_it_on(argv: list[str], expected: TLS | None) -> None:
    given: list[TLS | None] = []

    @click.command()
    @tls_options("hubble-tls", "Hubble")
    @tls_options("tls", "the relay")
    def command(**values: object) -> None:
        given.append(tls_given("tls", values))
        assert tls_given("hubble-tls", values) is None

    assert CliRunner().invoke(command, argv).exit_code == 0
    assert given == [expected]
