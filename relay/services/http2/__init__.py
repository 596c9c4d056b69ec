"""A gRPC server that puts many messages into a frame of HTTP/2, for who takes one flow a message.

grpcio's sends each message by itself, which costs the relay 50 to 90 microseconds, most of them in
waking threads; this one sends a flow in four. It serves all that grpcio's does, on addresses of its
own: what comes in large messages, as from agents, costs a tenth more here, since Python does what
grpcio's threads do there. h2 keeps the state of connections.
"""
