"""scikit-learn's trainers as the bench's peers: JSON commands in, one a line, JSON replies out.

{"rows": FILE, "labels": FILE, "nFeatures": N}   raw float64 and int8: the data of all trainings
{"train": "one-class-svm", "params": {...}}      -> {"ms": ..., "nSupport": ..., "intercept": ...}
{"train": "random-forest", "params": {...}}      -> {"ms": ..., "sha256": ...}
"""

import hashlib
import json
import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import OneClassSVM


def digest(forest):
    """Of every tree: left, right, feature as int32, threshold as float64."""
    content = hashlib.sha256()
    for estimator in forest.estimators_:
        tree = estimator.tree_
        for nodes in (tree.children_left, tree.children_right, tree.feature):
            content.update(nodes.astype("<i4").tobytes())
        content.update(tree.threshold.astype("<f8").tobytes())
    return content.hexdigest()


def train(name, params, rows, labels):
    start = time.perf_counter()
    if name == "one-class-svm":
        svm = OneClassSVM(**params).fit(rows)
        ms = 1000 * (time.perf_counter() - start)
        return {"ms": ms, "nSupport": len(svm.support_), "intercept": float(svm.intercept_[0])}
    forest = RandomForestClassifier(**params).fit(rows, labels)
    ms = 1000 * (time.perf_counter() - start)
    return {"ms": ms, "sha256": digest(forest)}


for line in sys.stdin:
    command = json.loads(line)
    if "rows" in command:
        rows = np.fromfile(command["rows"], "<f8").reshape(-1, command["nFeatures"])
        labels = np.fromfile(command["labels"], "i1")
        answer = {"loaded": True}
    else:
        answer = train(command["train"], command["params"], rows, labels)
    print(json.dumps(answer), flush=True)
