"""What can go wrong with a source, said in one line with the way out."""


class LoadError(Exception):
    """A source cannot be loaded as asked; the message says what, where and what to do next.

    What was stored before it was raised stays, and the same command goes on from there.
    """


class Unreadable(Exception):
    """One record cannot be read; the message is the reason that `refused_row` keeps."""
