from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[rules]\nunhashed-lok = "off"\n', "did you mean unhashed-lock"),
        ("[weights]\nreachh = 1\n", "did you mean reach"),
        ('[plan]\nhard = ["imgae"]\n', "did you mean image"),
        ('[[suppress]]\nrule = "stale-lok"\nreason = "r"\n', "did you mean stale-lock"),
        ('[[suppress]]\nrule = "stale-lock"\nreason = "r"\nuntil = "next year"\n', "is no day"),
        ("[scna]\n", "unknown section"),
        ("[scan]\nexclud = []\n", "unknown key"),
    ],
)
def test_a_typing_error_does_not_pass_for_a_setting(muster: Any, text: str, said: str) -> None:
    Path("muster.toml").write_text(text)
    told = muster("rules")
    assert told.status == 2
    assert said in told.err


def test_a_suppression_keeps_its_reason_and_opens_again(muster: Any, make_repo: Any) -> None:
    repo = make_repo("api")
    repo.commit({"requirements.txt": "-i https://a:b1c2d3@pypi.example/simple\nflask\n", "app.py": ""})
    for until, state in (("2999-01-01", "suppressed"), ("2020-01-01", "new")):
        Path("muster.toml").write_text(
            f'[[suppress]]\nrule = "credentials-in-index"\nreason = "r"\nuntil = "{until}"\n'
        )
        muster("scan", repo.path, "-q")
        found = muster("findings", "--rule", "credentials-in-index", "--format", "json").json["findings"]
        assert [f["state"] for f in found] == [state]
