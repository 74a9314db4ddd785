"""How cells look, as one-character codes, and the shortest SGR sequence from one look to another."""

from typing import Literal, NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style

ColourDepth = Literal["truecolor", "256", "16"]

COLOUR_SYSTEMS: dict[ColourDepth, ColorSystem] = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
}

DEFAULT = chr(0)
"""The code of the terminal's default look."""

MOST_LOOKS = 20_000
"""Beyond this many looks the table asks to be compacted."""

# (switch on, switch off) in the order of the bits of rich.style.Style's attributes; ECMA-48 8.3.117.
_ATTRIBUTES = (
    ("1", "22"),
    ("2", "22"),
    ("3", "23"),
    ("4", "24"),
    ("5", "25"),
    ("6", "25"),
    ("7", "27"),
    ("8", "28"),
    ("9", "29"),
    ("21", "24"),
    ("51", "54"),
    ("52", "54"),
    ("53", "55"),
)
_BLINK = 1 << 4 | 1 << 5
_CONCEAL = 1 << 7
_SEEN_ON_BLANKS = sum(1 << bit for bit in (3, 6, 8, 9, 10, 11, 12))


class Look(NamedTuple):
    """Colours as SGR parameters (empty for the terminal's default), Rich's attribute bits, a hyperlink."""

    foreground: str = ""
    background: str = ""
    attributes: int = 0
    link: str = ""

    @property
    def erases(self) -> bool:
        """Whether a blank of this look is its background and nothing else."""
        return not (self.attributes & _SEEN_ON_BLANKS or self.link)


class LookTable:
    """Gives every look a code, and knows the sequences between codes."""

    def __init__(self, system: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self._system = system
        self._styles: dict[Style, str] = {}
        self._start([Look()])

    def _start(self, looks: list[Look]) -> None:
        self._looks = looks
        self._codes = {look: chr(index) for index, look in enumerate(looks)}
        self._styles.clear()
        self._transitions: dict[tuple[str, str], str] = {}
        self._blanks: dict[tuple[str, str], str] = {}

    def code(self, style: Style | None) -> str:
        """Return the code of the look that `style` has at this colour depth."""
        if style is None:
            return DEFAULT
        if (code := self._styles.get(style)) is None:
            if len(self._styles) > 8192:
                self._styles.clear()
            code = self._styles[style] = self._code_of(self._look(style))
        return code

    def transition(self, before: str, after: str) -> str:
        """Return the shortest sequence that makes text look like `after` where it looked like `before`."""
        if (sequence := self._transitions.get((before, after))) is None:
            looks = self._looks[ord(before)], self._looks[ord(after)]
            sequence = self._transitions[before, after] = _transition(*looks)
        return sequence

    def blank(self, current: str, code: str) -> str:
        """Return a look for blanks that is seen as `code`, and nearer to the `current` look."""
        if (blank := self._blanks.get((current, code))) is None:
            now, wanted = self._looks[ord(current)], self._looks[ord(code)]
            blank = code
            if wanted.erases and now.erases and not now.attributes & (_BLINK | _CONCEAL):
                blank = self._code_of(now._replace(background=wanted.background))
            self._blanks[current, code] = blank
        return blank

    def erases(self, code: str) -> bool:
        """Tell whether blanks of this look may be drawn by erasing with its background."""
        return self._looks[ord(code)].erases

    @property
    def full(self) -> bool:
        """Whether the table holds so many looks that it should be compacted."""
        return len(self._looks) > MOST_LOOKS

    def compact(self, used: set[str]) -> dict[int, str]:
        """Forget all looks but the `used` codes; return the new code of each, as `str.translate` takes it."""
        kept = sorted(used - {DEFAULT})
        self._start([Look(), *(self._looks[ord(code)] for code in kept)])
        return {ord(code): chr(index) for index, code in enumerate(kept, 1)}

    def _code_of(self, look: Look) -> str:
        if (code := self._codes.get(look)) is None:
            code = self._codes[look] = chr(len(self._looks))
            self._looks.append(look)
        return code

    def _look(self, style: Style) -> Look:
        return Look(
            self._colour(style.color, foreground=True),
            self._colour(style.bgcolor, foreground=False),
            style._attributes & style._set_attributes,
            _link(style.link) if style.link else "",
        )

    def _colour(self, colour: Color | None, foreground: bool) -> str:
        if colour is None or colour.is_default:
            return ""
        return ";".join(colour.downgrade(self._system).get_ansi_codes(foreground))


def _link(url: str) -> str:
    """Return `url` with everything but visible ASCII percent-encoded."""
    return "".join(
        character
        if "!" <= character <= "~"
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in url
    )


def _transition(before: Look, after: Look) -> str:
    sequence = "" if before[:3] == after[:3] else min(_from_default(after), _delta(before, after), key=len)
    return sequence if before.link == after.link else f"{sequence}\x1b]8;;{after.link}\x1b\\"


def _from_default(look: Look) -> str:
    switches = [on for bit, (on, _) in enumerate(_ATTRIBUTES) if look.attributes >> bit & 1]
    parameters = [*switches, *filter(None, (look.foreground, look.background))]
    return f"\x1b[0;{';'.join(parameters)}m" if parameters else "\x1b[m"


def _delta(before: Look, after: Look) -> str:
    gone = before.attributes & ~after.attributes
    switches = list(dict.fromkeys(off for bit, (_, off) in enumerate(_ATTRIBUTES) if gone >> bit & 1))
    left = sum(
        1 << bit for bit, (_, off) in enumerate(_ATTRIBUTES) if before.attributes >> bit & 1 and off not in switches
    )
    switches += [on for bit, (on, _) in enumerate(_ATTRIBUTES) if after.attributes & ~left & 1 << bit]
    if before.foreground != after.foreground:
        switches.append(after.foreground or "39")
    if before.background != after.background:
        switches.append(after.background or "49")
    return f"\x1b[{';'.join(switches)}m"
