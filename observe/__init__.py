"""The command line: filters, prints and follows flows of a server or a file."""

import os

# Read when gRPC is imported: what goes wrong is told in one line, gRPC need not log it besides.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
