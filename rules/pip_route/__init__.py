"""The low-effort route to uv: the same requirements files, read by ``uv pip`` instead of pip and pip-tools. Pure.

Nothing but commands changes: ``pip install -r`` → ``uv pip install -r``, ``pip-sync`` → ``uv pip sync``,
``pip-compile`` → ``uv pip compile``. It is the first step where the whole project cannot move yet.
"""
