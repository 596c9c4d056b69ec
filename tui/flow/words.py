"""The filter that selects the connection of a hop, as one would type it."""

import shlex

from proto.hops import Hop
from proto.traits import Ends


def words(hop: Hop) -> str:
    """Write the filter: by the client's end, or by both addresses; empty if there are none."""
    ends = Ends.of(hop.response.flow)
    said = ["--protocol", ends.protocol] if ends.protocol else []
    client = ends.destination if hop.reply else ends.source
    if hop.reply is not None and all(client):
        return shlex.join([*said, "--ip", client[0], "--port", str(client[1])])
    if not (ends.source[0] and ends.destination[0]):
        return ""
    said += ["--from-ip", ends.source[0], "--to-ip", ends.destination[0]]
    if ends.source[1] and ends.destination[1]:
        said += ["--from-port", str(ends.source[1]), "--to-port", str(ends.destination[1])]
    return shlex.join(said)
