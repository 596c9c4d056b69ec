"""The JSON of a response for reading: indented, and safe to show."""

import json

from proto.escape import escape_json
from proto.jsonlines import to_json
from proto.observer_pb2 import GetFlowsResponse


def pretty(response: GetFlowsResponse) -> str:
    """Write a response as indented JSON; unsafe characters are escaped as JSON does."""
    indented = json.dumps(json.loads(to_json(response)), ensure_ascii=False, indent=2)
    return "\n".join(map(escape_json, indented.split("\n")))
