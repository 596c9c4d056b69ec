"""A program in a pod: answers `GET /` with 200 and the pod's name, anything else with 404.

`python -m observe.mesh.backend ADDRESS PORT NAME` serves until it is told to end.
"""

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READY = "serving"


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    name = ""

    def do_GET(self) -> None:
        """Answer a GET."""
        said = f"{self.name}\n".encode()
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve."""
    host, port, Handler.name = sys.argv[1:4]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ThreadingHTTPServer((host, int(port)), Handler) as server:
        server.daemon_threads = True
        print(f"{READY} {Handler.name} on {host}:{port}", file=sys.stderr, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
