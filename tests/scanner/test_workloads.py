from __future__ import annotations

import pytest

from scanner.formats.deployment import FORMAT
from scanner.workloads import workloads_of

TWO = """apiVersion: apps/v1
kind: Deployment
spec:
  containers:
    - image: registry.example/acme/api/worker:1
---
apiVersion: batch/v1
kind: CronJob
spec:
  containers:
    - image: acme/price_feed
"""


def test_each_image_is_run_by_the_workload_above_it() -> None:
    extract = FORMAT.read("k8s/all.yaml", TWO)
    assert extract is not None
    found = workloads_of((".", "services/price-feed", "api/worker", "ml/worker"), [extract])
    assert {folder: [(h.kind, h.what, h.at.line) for h in hints] for folder, hints in found.items()} == {
        "api/worker": [("service", "Kubernetes Deployment that runs its image", 2)],
        "services/price-feed": [("job", "Kubernetes CronJob that runs its image", 8)],
    }


@pytest.mark.parametrize("folders", [(), (".",), ("a/worker", "b/worker"), ("feed",)])
def test_nobody_is_named(folders: tuple[str, ...]) -> None:
    extract = FORMAT.read("k8s/all.yaml", TWO)
    assert extract is not None
    assert workloads_of(folders, [extract]) == {}
