from pathlib import Path

import grpc
import pytest

from tests.certificates import authority
from tests.commands import observe
from tests.observer_server import ObserverServer, response


@pytest.fixture
def secured(tmp_path: Path) -> ObserverServer:
    """A server with a certificate of its own authority, who asks clients for one too."""
    trusted = authority()
    trusted.write(tmp_path, "ca")
    trusted.issue("client").write(tmp_path, "client")
    server = trusted.issue("localhost")
    credentials = grpc.ssl_server_credentials(
        [(server.key_pem, server.pem)], trusted.pem, require_client_auth=True
    )
    return ObserverServer([response(1, Summary="secret")], credentials=credentials)


def test_certificates_prove_both_sides(tmp_path: Path, secured: ObserverServer) -> None:
    with secured as server:
        result = observe(
            "--server",
            server.address,
            "--tls",
            f"--tls-ca-cert-files={tmp_path / 'ca.crt'}",
            f"--tls-client-cert-file={tmp_path / 'client.crt'}",
            f"--tls-client-key-file={tmp_path / 'client.key'}",
            "--basic-auth-username=me",
            "--basic-auth-password=word",
        )
    assert "(secret)" in result.stdout
    assert dict(server.heard)["authorization"].startswith("Basic ")


def test_any_option_of_tls_means_tls(tmp_path: Path, secured: ObserverServer) -> None:
    with secured as server:
        result = observe("--server", server.address, f"--tls-ca-cert-files={tmp_path / 'ca.crt'}")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_a_certificate_without_its_key_is_nonsense() -> None:
    result = observe("--tls", "--tls-client-cert-file", "client.crt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "go together" in result.stderr


def test_a_file_that_cannot_be_read_is_named() -> None:
    result = observe("--tls", "--tls-ca-cert-files", "/nowhere/ca.crt")
    assert result.exit_code == 1
    assert "/nowhere/ca.crt" in result.stderr


@pytest.mark.parametrize("text", ["0", "-1s", "soon", "12"])
def test_a_timeout_is_a_duration(text: str) -> None:
    result = observe("--request-timeout", text)
    assert result.exit_code == 2
    assert "is not a duration" in result.stderr


def test_the_server_may_be_named_in_the_environment() -> None:
    with ObserverServer([response(1)]) as server:
        assert observe(HUBBLE_SERVER=server.address).exit_code == 0
        assert observe(PALOMAR_SERVER=server.address, HUBBLE_SERVER="nowhere:1").exit_code == 0


def test_an_older_server_is_said_once_and_not_to_who_wants_silence() -> None:
    metadata = (("hubble-server-version", "v1.10.0"),)
    with ObserverServer([response(1)], metadata=metadata) as server:
        assert observe("--server", server.address).stderr.count("1.10.0") == 1
        assert observe("--server", server.address, "-s").stderr == ""
