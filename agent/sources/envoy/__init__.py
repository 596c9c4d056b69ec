"""The Envoy source: access logs that Envoys stream, told as flows."""
