"""What strangers wrote, made safe to show: URLs, names, labels and headers come from the traffic.

A terminal obeys control characters, and a reader believes line breaks and text that runs the other
way. All of them are shown in caret or backslash notation instead.
"""

import re

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls, DEL, line and paragraph separators, direction marks, lone surrogates."""

SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\x7f": "^?"}


def escape(text: str) -> str:
    r"""Show each unsafe character as `^[`, `\n` or `\u202e`."""
    return text if text.isprintable() else UNSAFE.sub(_shown, text)


def escape_json(line: str) -> str:
    """Make a line of JSON safe without changing what it means: its own escapes do for all."""
    if line.isascii() and "\x7f" not in line:
        return line
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character < " ":
        return SHORT.get(character) or "^" + chr(ord(character) + 64)
    return SHORT.get(character) or f"\\u{ord(character):04x}"
