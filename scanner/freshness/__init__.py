"""Lock verdicts: one module per lock format, all of them pure (see :mod:`scanner.freshness.verdict`)."""
