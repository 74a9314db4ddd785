"""How much a reply resembles rejected ones, learned from a database's own pairs."""
