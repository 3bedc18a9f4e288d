"""Writes fees.csv: fees in exact rationals, by Python's fractions, straight from the published formula.

python3 test/market/golden/fees.py > test/market/golden/fees.csv      (Python 3.11.7)
"""
from fractions import Fraction
from math import ceil

SIZES = ["0.01", "0.5", "1", "2", "3", "5", "7", "10", "12.5", "33.33", "99.99", "100", "1000", "250000", "1000000000"]
RATES = {"taker": Fraction(7, 100), "maker": Fraction(175, 10000), "combo_maker": Fraction(175, 20000)}
GRAINS = {"cent": Fraction(1, 100), "centicent": Fraction(1, 10000)}

print("role,grain,price_cents," + ",".join(SIZES))
for role, rate in RATES.items():
    for grain, step in GRAINS.items():
        for cents in range(1, 100):
            price = Fraction(cents, 100)
            # In whole grains: an integer, so that nothing is lost in writing it down.
            fees = [ceil(rate * Fraction(size) * price * (1 - price) / step) for size in SIZES]
            print(",".join([role, grain, str(cents)] + [str(fee) for fee in fees]))
