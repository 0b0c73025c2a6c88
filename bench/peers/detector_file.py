"""Reads the bench's model files into fitted scikit-learn objects.

Run as a program it writes the predecessor's pickles: detector_file.py MODEL_FILE JOBLIB_FILE
"""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.tree import DecisionTreeClassifier
from sklearn.tree._tree import NODE_DTYPE, Tree

ANOMALY, NORMAL = -1, 1


def read_detector(path):
    """Returns (scaler or None, estimator)."""
    metadata, tensors = read_safetensors(path)
    n_features = int(metadata["nFeatures"])
    scaler = None
    if "scaler.mean" in tensors:
        scaler = StandardScaler().fit(np.eye(2, n_features))
        scaler.mean_, scaler.scale_ = tensors["scaler.mean"], tensors["scaler.scale"]
        scaler.var_ = scaler.scale_**2
    make = forest if metadata["type"] == "forest" else one_class_svm
    return scaler, make(metadata, tensors, n_features)


def read_safetensors(path):
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    table = json.loads(data[8:start])
    metadata = table.pop("__metadata__")
    dtypes = {"F64": "<f8", "F32": "<f4", "I32": "<i4"}
    tensors = {}
    for name, entry in table.items():
        begin, end = (start + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], dtypes[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return metadata, tensors


def one_class_svm(metadata, tensors, n_features):
    """Fitted on next to nothing for its other attributes, then given the model's."""
    estimator = OneClassSVM(gamma=float(metadata["gamma"])).fit(np.eye(2, n_features))
    coefficients = tensors["coefficients"].reshape(1, -1).copy()
    intercept = np.array([float(metadata["intercept"])])
    n_support = coefficients.shape[1]
    estimator.support_ = np.arange(n_support, dtype=np.int32)
    estimator._n_support = np.array([n_support, 0], dtype=np.int32)
    estimator.support_vectors_ = tensors["supportVectors"].copy()
    estimator.dual_coef_ = estimator._dual_coef_ = coefficients
    estimator.intercept_ = estimator._intercept_ = intercept
    estimator.offset_ = -intercept
    estimator.shape_fit_ = (n_support, n_features)
    return estimator


def forest(metadata, tensors, n_features):
    ends = np.cumsum(tensors["treeSizes"])
    parts = {
        name: np.split(tensors[name], ends[:-1])
        for name in ("left", "right", "feature", "threshold", "leafValue")
    }
    estimator = RandomForestClassifier(n_estimators=1)
    estimator.fit(np.eye(2, n_features), [ANOMALY, NORMAL])
    estimator.n_estimators = len(ends)
    estimator.estimators_ = [
        decision_tree({name: part[tree] for name, part in parts.items()}, n_features)
        for tree in range(len(ends))
    ]
    return estimator


def decision_tree(parts, n_features):
    n_nodes = len(parts["left"])
    nodes = np.zeros(n_nodes, NODE_DTYPE)
    nodes["left_child"], nodes["right_child"] = parts["left"], parts["right"]
    nodes["feature"], nodes["threshold"] = parts["feature"], parts["threshold"]
    values = np.empty((n_nodes, 1, 2))
    values[:, 0, 0] = parts["leafValue"]
    values[:, 0, 1] = 1 - parts["leafValue"]
    tree = Tree(n_features, np.array([2]), 1)
    tree.__setstate__(
        {"max_depth": n_nodes, "node_count": n_nodes, "nodes": nodes, "values": values}
    )
    classifier = DecisionTreeClassifier(max_features="sqrt")
    classifier.fit(np.eye(2, n_features), [0, 1])
    classifier.tree_ = tree
    return classifier


if __name__ == "__main__":
    joblib.dump(read_detector(sys.argv[1]), sys.argv[2])
