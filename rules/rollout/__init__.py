"""How far Ruff and the type checkers have come in a fleet, against the rules that are wanted, and what comes next."""
