"""One fit by scikit-learn on a data set in the reference layout; arguments and result are JSON."""

import json
import os
import resource
import sys
import time
import warnings

import numpy as np
from sklearn import __version__
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
task = json.loads(sys.argv[1])
y = np.fromfile(task["set"] + ".y.u8", dtype=np.uint8)
x = np.fromfile(task["set"] + "." + task["matrix"] + ".f64").reshape(len(y), -1)
if "rows" in task:  # training rows of a fold
    rows = np.fromfile(task["rows"], dtype=np.int32)
    x, y = StandardScaler().fit_transform(x[rows]), y[rows]
C, l1_ratio, balanced = task["C"], task["l1_ratio"], task["class_weight"]
penalty = {"saga": "elasticnet", "liblinear": "l1" if l1_ratio == 1 else "l2"}.get(task["solver"], "l2")
model = LogisticRegression(
    C=C,
    penalty=penalty,
    l1_ratio=l1_ratio if penalty == "elasticnet" else None,
    solver=task["solver"],
    class_weight=balanced,
    max_iter=task.get("max_iter", 2000),
    tol=task.get("tol", 1e-4),
    random_state=0,
)
before = time.process_time()
model.fit(x, y)
seconds = time.process_time() - before
w, b = model.coef_[0], float(model.intercept_[0])
weight = np.where(y == 1, len(y) / (2 * y.sum()), len(y) / (2 * (len(y) - y.sum()))) if balanced else np.ones(len(y))
z = x @ w + b
loss = np.logaddexp(0, np.where(y == 1, -z, z))
objective = C * float(weight @ loss) + l1_ratio * float(np.abs(w).sum()) + 0.5 * (1 - l1_ratio) * float(w @ w)
print(
    json.dumps(
        {
            "version": __version__,
            "cpu_seconds": seconds,
            "objective": objective,
            "iterations": int(np.max(model.n_iter_)),
            "blas": os.environ.get("OPENBLAS_CORETYPE", ""),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
