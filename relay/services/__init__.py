"""The gRPC services, how an answer begins, and how a call fails."""
