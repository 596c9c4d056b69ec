"""The dashboard's own themes, beside those that come with Textual."""

from textual.theme import Theme

DARK = Theme(
    name="palomar-dark",
    primary="#3E8EC4",
    secondary="#6FA8C9",
    accent="#E0B25B",
    warning="#E6A23C",
    error="#F0686C",
    success="#79C487",
    foreground="#D6DCE4",
    background="#0F1419",
    surface="#151B22",
    panel="#1D2630",
)
LIGHT = Theme(
    name="palomar-light",
    primary="#1F6FA8",
    secondary="#2D7D9A",
    accent="#8A5A00",
    warning="#9A5B00",
    error="#B3261E",
    success="#1E7B34",
    foreground="#1B222A",
    background="#FBFCFD",
    surface="#F2F4F7",
    panel="#E3E8EE",
    dark=False,
)
CONTRAST = Theme(
    name="palomar-contrast",
    primary="#00AFFF",
    secondary="#7FDBFF",
    accent="#FFFF00",
    warning="#FFD700",
    error="#FF6E6E",
    success="#00FF5F",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#303030",
    variables={"foreground-muted": "#E4E4E4", "foreground-disabled": "#C6C6C6"},
)
"""Every text stands out from what is behind it by 7:1 or more."""

OWN = (DARK, LIGHT, CONTRAST)

NO_COLOUR = "ansi-dark"
"""The theme under NO_COLOR: one that leaves colours to the terminal, which is then given none."""
