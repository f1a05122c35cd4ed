"""What a project is: service, library, command line tool, job or notebook, the first that fits, with its reasons.

Signs are weighed in the vocabulary's order. A framework among the dependencies is a sign only where the project is an
application, or says that it is a service: a reusable Django app depends on Django and is a library all the same.

``signs`` gathers what tells; ``jobs``, ``services`` and ``installed`` are the kinds; ``order`` asks one after another.
"""

from __future__ import annotations

from scanner.kind.order import kind_of
from scanner.kind.signs import KindOf

__all__ = ["KindOf", "kind_of"]
