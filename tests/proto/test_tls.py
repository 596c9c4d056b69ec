import socket
from pathlib import Path

import grpc
import pytest

from proto.client import Client
from proto.tls import TLS
from proto.transport import TransportError
from tests.certificates import Certificate, authority
from tests.observer_server import ObserverServer


def credentials(
    certificate: Certificate, client_authority: Certificate | None = None
) -> grpc.ServerCredentials:
    pair = (certificate.key_pem, certificate.pem)
    roots = client_authority.pem if client_authority else None
    return grpc.ssl_server_credentials([pair], roots, client_authority is not None)


@pytest.fixture(scope="module")
def ca() -> Certificate:
    return authority()


@pytest.fixture(scope="module")
def ca_file(ca: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ca.write(tmp_path_factory.mktemp("ca"), "ca")[0]


def ask(server: ObserverServer, tls: TLS | None, address: str = "") -> str:
    with Client(address or server.address, tls) as client:
        return client.status().version


def test_a_server_whose_authority_is_known_is_trusted(ca: Certificate, ca_file: Path) -> None:
    with ObserverServer(credentials=credentials(ca.issue("localhost"))) as server:
        assert ask(server, TLS(ca_files=(ca_file,))) == "v1.19.4"


def test_one_of_several_authorities_is_enough(
    ca: Certificate, ca_file: Path, tmp_path: Path
) -> None:
    other = authority("another authority").write(tmp_path, "other")[0]
    with ObserverServer(credentials=credentials(ca.issue("localhost"))) as server:
        assert ask(server, TLS(ca_files=(other, ca_file))) == "v1.19.4"


def test_a_server_of_another_authority_is_refused(ca: Certificate, tmp_path: Path) -> None:
    other = authority("another authority").write(tmp_path, "other")[0]
    with (
        ObserverServer(credentials=credentials(ca.issue("localhost"))) as server,
        pytest.raises(TransportError, match="its certificate is not trusted; give its CA"),
    ):
        ask(server, TLS(ca_files=(other,)))


def test_an_address_can_ask_for_tls(ca: Certificate) -> None:
    with (
        ObserverServer(credentials=credentials(ca.issue("localhost"))) as server,
        pytest.raises(TransportError, match="its certificate is not trusted"),
    ):
        ask(server, None, f"tls://{server.address}")


def test_a_certificate_must_be_for_the_server(ca: Certificate, ca_file: Path) -> None:
    with ObserverServer(credentials=credentials(ca.issue("relay.example"))) as server:
        with pytest.raises(TransportError, match="its certificate is for another name"):
            ask(server, TLS(ca_files=(ca_file,)))
        assert ask(server, TLS(ca_files=(ca_file,), server_name="relay.example")) == "v1.19.4"


def test_a_certificate_must_not_have_expired(ca: Certificate, ca_file: Path) -> None:
    expired = credentials(ca.issue("localhost", days=-1))
    with ObserverServer(credentials=expired) as server:
        with pytest.raises(TransportError, match="its certificate has expired"):
            ask(server, TLS(ca_files=(ca_file,)))
        with pytest.raises(TransportError, match=r"cannot fetch .*: its certificate has expired"):
            ask(server, TLS(allow_insecure=True))


def test_a_server_may_ask_for_a_client_certificate(
    ca: Certificate, ca_file: Path, tmp_path: Path
) -> None:
    chain, key = ca.issue("client").write(tmp_path, "client")
    with ObserverServer(credentials=credentials(ca.issue("localhost"), ca)) as server:
        with pytest.raises(TransportError, match="a client certificate"):
            ask(server, TLS(ca_files=(ca_file,)))
        tls = TLS(ca_files=(ca_file,), client_cert=chain, client_key=key)
        assert ask(server, tls) == "v1.19.4"


def test_plain_text_to_a_server_of_tls_says_so(ca: Certificate) -> None:
    with (
        ObserverServer(credentials=credentials(ca.issue("localhost"))) as server,
        pytest.raises(TransportError, match="it hung up; does it want TLS"),
    ):
        ask(server, None)


def test_tls_to_a_server_of_plain_text_says_so(ca_file: Path) -> None:
    with (
        ObserverServer() as server,
        pytest.raises(TransportError, match="it does not speak TLS; try without TLS"),
    ):
        ask(server, TLS(ca_files=(ca_file,)))


@pytest.mark.parametrize("names", [("relay.example",), ("*.relay.example", "other")])
def test_an_insecure_server_is_trusted_by_the_certificate_it_shows(
    ca: Certificate, names: tuple[str, ...]
) -> None:
    with ObserverServer(credentials=credentials(ca.issue(*names))) as server:
        assert ask(server, TLS(allow_insecure=True)) == "v1.19.4"


def test_an_insecure_server_may_have_a_certificate_without_alternative_names() -> None:
    with ObserverServer(credentials=credentials(authority("relay"))) as server:
        assert ask(server, TLS(allow_insecure=True)) == "v1.19.4"


def test_the_certificate_of_a_server_of_plain_text_cannot_be_fetched() -> None:
    with (
        ObserverServer() as server,
        pytest.raises(TransportError, match=r"cannot fetch .* try without TLS"),
    ):
        ask(server, TLS(allow_insecure=True))


def test_the_certificate_of_nobody_cannot_be_fetched() -> None:
    with socket.socket() as unused:
        unused.bind(("localhost", 0))
        address = f"localhost:{unused.getsockname()[1]}"
        with pytest.raises(
            TransportError, match=f"certificate of {address}: connection refused; is a relay"
        ):
            Client(address, TLS(allow_insecure=True))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match=r"cannot read .*/none.crt: No such file"):
        Client("localhost", TLS(ca_files=(tmp_path / "none.crt",)))


def test_a_file_that_holds_no_certificate_is_refused(tmp_path: Path, ca: Certificate) -> None:
    (tmp_path / "ca.crt").write_text("nothing")
    with (
        ObserverServer(credentials=credentials(ca.issue("localhost"))) as server,
        pytest.raises(TransportError, match="the certificates given cannot be used"),
    ):
        ask(server, TLS(ca_files=(tmp_path / "ca.crt",)))


def test_a_client_certificate_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        TLS(client_cert=tmp_path / "client.crt")


def test_a_password_goes_over_tls_only(ca: Certificate, ca_file: Path) -> None:
    with ObserverServer(credentials=credentials(ca.issue("localhost"))) as server:
        ask(server, TLS(ca_files=(ca_file,), username="me", password="secret"))
        assert ("authorization", "Basic bWU6c2VjcmV0") in server.heard
        ask(server, TLS(ca_files=(ca_file,)))
        assert "authorization" not in dict(server.heard)
    assert "secret" not in repr(TLS(username="me", password="secret"))
