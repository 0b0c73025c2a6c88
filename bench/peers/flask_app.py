"""The predecessor's application: three routes, a bearer token, one behaviour a request.

Each gunicorn worker loads the pickles of FLASK_MODELS for itself. Unlike the predecessor, every
model has its own scaler: with one for all, the answers could not be compared.
"""

import os
from pathlib import Path

import joblib
import numpy as np
from flask import Flask, jsonify, render_template_string, request

FEATURES = (
    "inter_api_access_duration",
    "api_access_uniqueness",
    "sequence_length",
    "vsession_duration",
    "num_sessions",
    "num_users",
    "num_unique_apis",
    "ip_type_default",
    "source_F",
)
FORM = """<!doctype html><title>API behaviour</title>{{ verdict }}
<form method="post" action="/predict"><input name="model_type" value="ocsvm">
{% for feature in features %}<label>{{ feature }} <input name="{{ feature }}"></label>{% endfor %}
<button>Predict</button></form>"""

TOKEN = os.environ["FLASK_TOKEN"]
MODELS = {path.stem: joblib.load(path) for path in Path(os.environ["FLASK_MODELS"]).glob("*.pkl")}

app = Flask(__name__)


def predict(values, model_type):
    scaler, model = MODELS[model_type]
    row = np.array([[float(values[feature]) for feature in FEATURES]])
    label = int(model.predict(scaler.transform(row))[0])
    return {
        "prediction": "normal" if label == 1 else "anomaly",
        "raw_prediction": label,
        "model_used": model_type,
    }


@app.get("/")
def form():
    return render_template_string(FORM, features=FEATURES)


@app.post("/predict")
def predict_form():
    verdict = predict(request.form, request.form["model_type"])
    return render_template_string(FORM, features=FEATURES, verdict=verdict["prediction"])


@app.post("/predict_json")
def predict_json():
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return jsonify(error="unauthorized"), 401
    try:
        body = request.get_json()
        return jsonify(predict(body, body.get("model_type", "ocsvm")))
    except Exception as error:
        return jsonify(error=str(error)), 400
