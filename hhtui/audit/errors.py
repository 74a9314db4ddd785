"""What can go wrong with a check, said in one line with the way out."""


class AuditError(Exception):
    """A check cannot be made as asked; the message says what, where and what to do next."""
