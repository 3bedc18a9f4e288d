"""Counts the reference's test rows: reference-test-rows.py FOLDER START WINDOWS TRAIN TEST CITY:BRACKET...

FOLDER holds bench/reference_pilot.py and data/. Prints JSON: for each pair the rows of every window's test days.
"""
import functools
import json
import sys

import pandas as pd

folder, start, windows, train, test, *pairs = sys.argv[1:]
sys.path.insert(0, f"{folder}/bench")
sys.dont_write_bytecode = True
import reference_pilot  # noqa: E402

# The tape is read once for all pairs.
read = functools.cache(lambda _, name: reference_pilot_read([f"{folder}/data"], name))
reference_pilot_read = reference_pilot.read
reference_pilot.read = lambda dirs, name: read(tuple(dirs), name).copy()

first, windows, train, test = pd.Timestamp(start), int(windows), int(train), int(test)
end = first + pd.Timedelta(days=train + test * windows - 1)
counts = {}
for pair in pairs:
    d = reference_pilot.table([f"{folder}/data"], *pair.split(":"), first, end)
    since = (d.event_date - first).dt.days - train
    counts[pair] = [int((since // test == w).sum()) for w in range(windows)]
print(json.dumps(counts))
