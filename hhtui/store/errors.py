"""What can go wrong with a database, each said in one line with the way out."""


class StoreError(Exception):
    """A database cannot be used as asked; the message says what, where and what to do next."""
