"""Dumps the reference's feature rows to a CSV: reference-rows.py FOLDER CITY BRACKET START END OUT.

FOLDER holds bench/reference_pilot.py and data/. Columns: market, end_minute, event_date, y, the 19 features.
"""
import sys

import pandas as pd

folder, city, bracket, start, end, out = sys.argv[1:]
sys.path.insert(0, f"{folder}/bench")
sys.dont_write_bytecode = True
from reference_pilot import FEATURES, table  # noqa: E402

d = table([f"{folder}/data"], city, bracket, pd.Timestamp(start), pd.Timestamp(end))
d["end_minute"] = d.end.values.astype("int64") // 60_000_000_000
d["event_date"] = d.event_date.dt.strftime("%Y-%m-%d")
d[["market_ticker", "end_minute", "event_date", "y"] + FEATURES].to_csv(out, index=False)
