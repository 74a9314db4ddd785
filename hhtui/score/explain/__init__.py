"""The words behind linear scores, looked for in a process of their own."""
