"""scikit-learn as the bench's peer: JSON commands in, one a line, JSON replies out.

{"load": MODEL_FILE, "rows": FILE, "rowsPerCall": N, "scores": FILE}  rows and scores: raw float64
{"runMs": MILLISECONDS}  -> {"rowsPerSecond": ...}, timed here over the calls alone
"""

import json
import sys
import time

import numpy as np
from detector_file import read_detector
from sklearn.ensemble import RandomForestClassifier


class Task:
    def __init__(self, command):
        self.scaler, self.model = read_detector(command["load"])
        rows = np.fromfile(command["rows"], "<f8").reshape(-1, self.model.n_features_in_)
        self.calls = np.split(rows, len(rows) // command["rowsPerCall"])
        np.concatenate([self.score(rows) for rows in self.calls]).tofile(command["scores"])

    def score(self, rows):
        if self.scaler is not None:
            rows = self.scaler.transform(rows)
        if isinstance(self.model, RandomForestClassifier):
            anomaly, normal = self.model.predict_proba(rows).T
            return normal - anomaly
        return self.model.decision_function(rows)

    def run(self, run_ms):
        n_rows, start = 0, time.perf_counter()
        end = start + run_ms / 1000
        while True:
            for rows in self.calls:
                self.score(rows)
                n_rows += len(rows)
                now = time.perf_counter()
                if now >= end:
                    return n_rows / (now - start)


def reply(**values):
    print(json.dumps(values), flush=True)


for line in sys.stdin:
    command = json.loads(line)
    if "load" in command:
        task = Task(command)
        reply(loaded=True)
    else:
        reply(rowsPerSecond=task.run(command["runMs"]))
