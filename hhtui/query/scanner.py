"""A place in a query's text, and the small readings that the parser is made of."""

import re

from hhtui.query.errors import LONGEST_QUOTED, QueryError, quoted

_RUN = re.compile(r'[^\s()"]+')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,2}\Z")
_REGEX_END = re.compile(r"/(c?)(?=[\s)]|\Z)")
_ITEM = re.compile(r'[^\s(),"]+')


class Scanner:
    """Reads a query's text from the front; `at` is the offset of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip_space(self) -> None:
        """Go to the next character that is not white space."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def done(self) -> bool:
        """Tell whether the text is at its end."""
        return self.at >= len(self.text)

    def peek(self) -> str:
        """Return the next character, "" at the end."""
        return self.text[self.at : self.at + 1]

    def run(self) -> str:
        """Return the characters up to white space, a parenthesis or a quote, without reading them."""
        found = _RUN.match(self.text, self.at)
        return found[0] if found else ""

    def take(self, characters: str) -> bool:
        """Read `characters` where they come next, and tell whether they did."""
        if not self.text.startswith(characters, self.at):
            return False
        self.at += len(characters)
        return True

    def operator(self) -> str:
        """Return the operator AND, OR or NOT that comes next, without reading it, or ""."""
        run = self.run()
        return run if run in ("AND", "OR", "NOT") else ""

    def name(self) -> str:
        """Return the name before the colon of the next run, without reading it, or "" where there is none.

        Raises QueryError where there is a colon, and what stands before it cannot be a name.
        """
        run = self.run()
        name, colon, _ = run.partition(":")
        if not colon:
            return ""
        if not _NAME.match(name):
            expected = f'"{run}"' if len(run) < LONGEST_QUOTED else "quotes around it"
            raise QueryError(f"{quoted(f'{name}:')} is no field; to search for the text, quote it", self.at, expected)
        return name

    def quoted(self, what: str) -> str:
        """Read a quoted string, whose opening quote comes next; raises QueryError where it is empty or open."""
        start = self.at
        end = self.text.find('"', start + 1)
        if end < 0:
            raise QueryError(f"The {what} has no closing quote", start, 'a closing "')
        text = self.text[start + 1 : end]
        if not text.strip():
            raise QueryError(f"The {what} is empty", start, "words between the quotes")
        self.at = end + 1
        return text

    def regex(self) -> tuple[str, bool]:
        """Read `/…/` or `/…/c`, whose slash comes next; return the pattern and whether case matters."""
        start = self.at
        pattern, at = "", start + 1
        while at < len(self.text):
            end = _REGEX_END.match(self.text, at)
            if end is not None:
                if not pattern:
                    raise QueryError("The regular expression is empty", start, "a pattern between the slashes")
                self.at = end.end()
                return pattern, end[1] == "c"
            width = 2 if self.text[at] == "\\" else 1
            piece = self.text[at : at + width]
            pattern += "/" if piece == "\\/" else piece
            at += width
        raise QueryError("A / opens a regular expression that never closes; to search for it, quote it", start, "/")

    def item(self) -> tuple[str, bool]:
        """Read one word of a list, quoted or not; return it and whether it was quoted, ("", False) for none."""
        if self.peek() == '"':
            return self.quoted("value"), True
        found = _ITEM.match(self.text, self.at)
        if found is None:
            return "", False
        self.at = found.end()
        return found[0], False

    def end_term(self) -> None:
        """Raise QueryError unless a term may end here: before white space, a `)` or at the end."""
        if not self.done() and not self.peek().isspace() and self.peek() != ")":
            raise QueryError(f"There is no space before {self.peek()}", self.at, "a space, or quotes around the text")
