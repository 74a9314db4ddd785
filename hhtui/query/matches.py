"""Where RE2 matches a pattern in a text; it takes time in proportion to the text, whatever the pattern."""

Span = tuple[int, int]

_MARKS = range(0x10FFFD, 0xF0000, -1)


def matches(pattern: str, text: str) -> list[Span]:
    """Return where `pattern`, in RE2's syntax, matches in `text`: offsets, ascending, disjoint and not empty.

    Every match is put between two marks, of a character that the text lacks: Arrow's RE2 tells no offsets but those
    of a first match. Raises ValueError where RE2 refuses the pattern.
    """
    import pyarrow
    from pyarrow import compute

    mark = next(one for one in map(chr, _MARKS) if one not in text)
    marked: str = compute.replace_substring_regex(pyarrow.scalar(text), pattern, f"{mark}\\0{mark}").as_py()
    found: list[Span] = []
    at = 0
    for number, piece in enumerate(marked.split(mark)):
        if number % 2 and piece:
            found.append((at, at + len(piece)))
        at += len(piece)
    return found


def matchable(pattern: str) -> bool:
    """Return whether RE2 takes `pattern`; what it needs is loaded then, and the first match waits for nothing."""
    try:
        matches(pattern, "")
    except ValueError:
        return False
    return True
