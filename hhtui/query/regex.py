"""Regular expressions in RE2's syntax: checked, quotes widened, and written anew for Python's `re`.

The syntax is that of https://github.com/google/re2/wiki/Syntax. What RE2 lacks (lookaround, backreferences,
possessive and atomic groups) is refused, so that a pattern means the same wherever it runs.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from hhtui.query.errors import QueryError
from hhtui.text import fold

MOST_REPEATS = 1000
DEEPEST = 100
_META = frozenset(".^$*+?()[]{}|")
_PYTHON_CLASSES = {
    "d": "0-9",
    "s": r"\t\n\f\r ",
    "w": "0-9A-Za-z_",
}
_SAME_ESCAPES = frozenset("afnrtv")
_REPEAT = re.compile(r"\{(\d+)(,(\d*))?\}")
_GROUP_NAME = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_GROUP_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked regular expression.

    `re2` is the pattern with plain quotes matching typographic ones too. `python` means the same to Python's
    `re`, or is None where that cannot be said.
    """

    re2: str
    python: str | None


def literal(pattern: str) -> str | None:
    """Return the text that `pattern` matches if it has no metacharacters after unescaping, else None."""
    text, at = "", 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
            character = pattern[at : at + 1]
            if not character or character.isalnum() or ord(character) > 127:
                return None
        elif character in _META:
            return None
        text += character
        at += 1
    return text


def check(pattern: str, position: int = 0) -> Pattern:
    """Return `pattern` checked; raises QueryError where RE2 would refuse it.

    `position` is where the pattern begins in the query.
    """
    reader = _Reader(pattern, position)
    reader.read()
    python = "".join(reader.python) if reader.exact else None
    checked = Pattern("".join(reader.re2), python)
    if python is not None:
        try:
            re.compile(python)
        except (re.error, OverflowError, RecursionError) as error:
            raise QueryError(f"The regular expression cannot be read: {error}", position) from None
    return checked


@cache
def quotes_like(quote: str) -> str:
    """Return the characters that are folded to `quote`, itself among them."""
    every = "".join(map(chr, range(0x3000)))
    return "".join(
        character
        for character, plain in zip(every, fold(every), strict=True)
        if plain == quote and character not in "\\]^-"
    )


def widened(text: str) -> str:
    """Return the pattern of `text` itself, with quotes of any kind."""
    return "".join(f"[{quotes_like(plain)}]" if (plain := fold(one)) in ("'", '"') else re.escape(one) for one in text)


@dataclass
class _Reader:
    """Walks a pattern once, writing it for RE2 and for Python."""

    pattern: str
    position: int
    at: int = 0
    re2: list[str] = field(default_factory=list)
    python: list[str] = field(default_factory=list)
    depth: int = 0
    repeatable: bool = False
    exact: bool = True

    def read(self) -> None:
        while self.at < len(self.pattern):
            character = self.pattern[self.at]
            if character == "\\":
                self._escape()
            elif character == "[":
                self._class()
            elif character == "(":
                self._open()
            elif character == ")":
                self._close()
            elif character in "*+?" or (character == "{" and _REPEAT.match(self.pattern, self.at)):
                self._repeat()
            else:
                self._plain(character)
        if self.depth:
            raise self._error("The regular expression has an open (", "a closing )")

    def _error(self, message: str, expected: str = "") -> QueryError:
        return QueryError(message, self.position + self.at, expected)

    def _write(self, width: int, re2: str, python: str, repeatable: bool = True) -> None:
        self.re2.append(re2)
        self.python.append(python)
        self.at += width
        self.repeatable = repeatable

    def _plain(self, character: str) -> None:
        if character == "|":
            self._write(1, "|", "|", repeatable=False)
        elif character == "^":
            self._write(1, "^", "^", repeatable=False)
        elif character == "$":
            self._write(1, "$", r"\Z", repeatable=False)
        elif character == ".":
            self._write(1, ".", ".")
        else:
            self._literal(1, character)

    def _literal(self, width: int, character: str) -> None:
        plain = fold(character) if character.isprintable() else character
        if plain in ("'", '"'):
            choices = f"[{quotes_like(plain)}]"
            self._write(width, choices, choices)
        else:
            self._write(width, _quoted(character), re.escape(character))

    def _escape(self) -> None:
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter in "dDsSwW" and letter:
            members = _PYTHON_CLASSES[letter.lower()]
            self._write(2, f"\\{letter}", f"[{'^' if letter.isupper() else ''}{members}]")
        elif letter in ("b", "B"):
            self._write(2, f"\\{letter}", f"(?a:\\{letter})", repeatable=False)
        elif letter in ("A", "z"):
            self._write(2, f"\\{letter}", r"\A" if letter == "A" else r"\Z", repeatable=False)
        elif letter == "Q":
            self._quotation()
        elif letter in ("p", "P"):
            self.exact = False
            width = self._property_width()
            self._write(width, self.pattern[self.at : self.at + width], "")
        else:
            width, character = self._character_escape()
            self._literal(width, character)

    def _quotation(self) -> None:
        end = self.pattern.find("\\E", self.at + 2)
        text = self.pattern[self.at + 2 : end if end >= 0 else len(self.pattern)]
        self.at = end + 2 if end >= 0 else len(self.pattern)
        for character in text:
            self._literal(0, character)

    def _property_width(self) -> int:
        found = re.compile(r"\\[pP](?:\{\^?\w+\}|[A-Z])").match(self.pattern, self.at)
        if found is None:
            raise self._error("\\p names a class of characters", "\\pL or \\p{Greek}")
        return found.end() - self.at

    def _character_escape(self) -> tuple[int, str]:
        rest = self.pattern[self.at + 1 : self.at + 12]
        if not rest:
            raise self._error("The regular expression ends with a single \\", "the character to take literally")
        letter = rest[0]
        if letter in _SAME_ESCAPES:
            return 2, {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}[letter]
        if letter == "x":
            found = re.match(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})", rest)
            code = int(found[1] or found[2], 16) if found else -1
            if found is None or code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise self._error("\\x names no character", "\\x41 or \\x{2019}")
            return 1 + found.end(), chr(code)
        if letter == "0":
            found = re.match(r"0[0-7]{0,2}", rest)
            assert found is not None
            return 1 + found.end(), chr(int(found[0], 8))
        if letter.isdigit():
            raise self._error("Backreferences are not part of RE2", "a pattern without \\" + letter)
        if letter.isascii() and not letter.isalnum() and letter != "_":
            return 2, letter
        raise self._error(f"RE2 has no \\{letter}", "a punctuation mark after \\")

    def _class(self) -> None:
        at = self.at + 1
        negated = self.pattern[at : at + 1] == "^"
        at += negated
        re2, python = "[^" if negated else "[", "[^" if negated else "["
        first = True
        while first or self.pattern[at : at + 1] != "]":
            character = self.pattern[at : at + 1]
            first = False
            if not character:
                raise self._error("The regular expression has an open [", "a closing ]")
            if self.pattern.startswith("[:", at) and (end := self.pattern.find(":]", at)) > 0:
                self.exact = False
                re2 += self.pattern[at : end + 2]
                at = end + 2
                continue
            if character == "\\":
                width, in_re2, in_python = self._class_escape(at)
                re2, python, at = re2 + in_re2, python + in_python, at + width
                continue
            widened = self._widened(character, at)
            re2 += widened or (f"\\{character}" if character in "[]" else character)
            python += widened or (f"\\{character}" if character in "[]&|~" else character)
            at += 1
        self._write(at + 1 - self.at, f"{re2}]", f"{python}]")

    def _class_escape(self, at: int) -> tuple[int, str, str]:
        letter = self.pattern[at + 1 : at + 2]
        if letter and letter in "dsw":
            return 2, f"\\{letter}", _PYTHON_CLASSES[letter]
        if letter and letter in "DSW":
            self.exact = False
            return 2, f"\\{letter}", ""
        start, self.at = self.at, at
        if letter in ("p", "P"):
            self.exact = False
            width = self._property_width()
            escaped = self.pattern[at : at + width]
        else:
            width, character = self._character_escape()
            escaped = _quoted(character)
        self.at = start
        return width, escaped, escaped if self.exact else ""

    def _widened(self, character: str, at: int) -> str:
        in_range = self.pattern[at + 1 : at + 2] == "-" or self.pattern[at - 1] == "-"
        plain = fold(character)
        return quotes_like(plain) if plain in ("'", '"') and not in_range else ""

    def _open(self) -> None:
        rest = self.pattern[self.at :]
        name, flags = _GROUP_NAME.match(rest), _GROUP_FLAGS.match(rest)
        if not rest.startswith("(?"):
            width, in_re2, in_python = 1, "(?:", "(?:"
        elif name is not None:
            width, in_re2, in_python = name.end(), "(?:", "(?:"
        elif flags is not None:
            width, in_re2, in_python = flags.end(), flags[0], flags[0]
            inline = flags[3] == ")"
            self.exact = self.exact and not inline and not set(flags[0]) & set("mU")
            if inline:
                self._write(width, in_re2, "", repeatable=False)
                return
        elif re.match(r"\(\?<?[=!]", rest):
            raise self._error("Lookahead and lookbehind are not part of RE2", "a pattern without (?= (?! (?<= (?<!")
        else:
            raise self._error(f"RE2 has no group that begins with {rest[:3]}", "( or (?: or (?i:")
        if self.depth >= DEEPEST:
            raise self._error("The regular expression is nested too deeply")
        self.depth += 1
        self._write(width, in_re2, in_python, repeatable=False)

    def _close(self) -> None:
        if not self.depth:
            raise self._error("The regular expression closes a ) that is not open", "\\) for the character itself")
        self.depth -= 1
        self._write(1, ")", ")")

    def _repeat(self) -> None:
        counted = _REPEAT.match(self.pattern, self.at)
        sign = counted[0] if counted else self.pattern[self.at]
        if not self.repeatable:
            raise self._error(f"There is nothing that {sign} could repeat", f"\\{sign} for the character itself")
        if counted:
            bounds = [int(bound) for bound in (counted[1], counted[3]) if bound]
            if max(bounds) > MOST_REPEATS or bounds != sorted(bounds):
                raise self._error(f"{sign} is no count that RE2 takes", f"{{1,{MOST_REPEATS}}} at most")
        lazy = "?" if self.pattern[self.at + len(sign) : self.at + len(sign) + 1] == "?" else ""
        self._write(len(sign) + len(lazy), sign + lazy, sign + lazy, repeatable=False)


def _quoted(character: str) -> str:
    if character.isalnum() or ord(character) > 127 or character in "_ ":
        return character
    return f"\\x{{{ord(character):x}}}" if not character.isprintable() else f"\\{character}"
