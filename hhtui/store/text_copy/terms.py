"""Numbers the distinct terms of texts, those that SQLite FTS5's `unicode61 remove_diacritics 2` finds, fast."""

from collections.abc import Iterable

from hhtui.query.tokens import tokenise


def _separated(code: int) -> int:
    character = chr(code)
    return ord(character.lower()) if code > 127 or character.isalnum() else ord(" ")


_PIECES = bytes(code if code > 127 else _separated(code) for code in range(256))
"""Makes ASCII small, and a blank of what no term has in it; what is beyond ASCII stays as it is."""


class Vocabulary(dict[bytes, int]):
    """The number of every piece of text between ASCII's separators: that of its term.

    A piece beyond ASCII may hold no term or several: it has a negative number, under which `_several` has theirs.
    Terms are numbered from 0 in the order in which they are first met; `terms` has them in that order, as UTF-8.
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        """Begin with `terms`, whose numbers are their places."""
        super().__init__()
        self.terms: list[bytes] = []
        self._beyond_ascii: dict[bytes, int] = {}
        self._several: list[list[int]] = []
        for term in terms:
            self._number(term.encode())

    def numbers(self, text: str) -> set[int]:
        """Return the numbers of the distinct terms in `text`; new ones are added to the vocabulary."""
        found = set(map(self.__getitem__, text.encode().translate(_PIECES).split()))
        if not text.isascii():
            for number in [number for number in found if number < 0]:
                found.remove(number)
                found.update(self._several[-number - 1])
        return found

    def __missing__(self, piece: bytes) -> int:
        if piece.isascii():
            return self._number(piece)
        numbers = [self._number(token.term.encode()) for token in tokenise(piece.decode())]
        if len(numbers) != 1:
            self._several.append(numbers)
            numbers = [-len(self._several)]
        self[piece] = numbers[0]
        return numbers[0]

    def _number(self, term: bytes) -> int:
        known = self if term.isascii() else self._beyond_ascii
        number = known.setdefault(term, len(self.terms))
        if number == len(self.terms):
            self.terms.append(term)
        return number
