"""Events as lines of JSON, in and out: what `observe -o jsonpb` prints and exporter files hold."""

from proto.json_reader import InvalidLine, Reader, parse
from proto.json_writer import json_text, to_json

__all__ = ["InvalidLine", "Reader", "json_text", "parse", "to_json"]
