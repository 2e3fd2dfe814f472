#!/usr/bin/env python3
"""Writes sim/quantile_tables.c: what sampling in integers needs of log2, exp2 and the normal law.

Run it by hand (scripts/make-tables.py > sim/quantile_tables.c) if a table's form changes; a change
of its numbers changes every run, so then the trace hash needs a new version too.
"""
from decimal import Decimal, getcontext

getcontext().prec = 60
SEGMENTS = 64  # of log2 and exp2, each a cubic
STEPS = 32     # of the normal quantile, in each octave of the tail's share
ONE_64, ONE_63, ONE_28 = Decimal(2) ** 64, Decimal(2) ** 63, Decimal(2) ** 28
LN2 = Decimal(2).ln()
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


def cubic(f, start, width):
    """Coefficients of the cubic through f at 0, 1/4, 3/4 and 1 of the segment, in powers of t.

    Both ends are met exactly, so that neighbouring segments join."""
    ts = [Decimal(0), Decimal("0.25"), Decimal("0.75"), Decimal(1)]
    divided = [f(start + t * width) for t in ts]
    for level in range(1, 4):
        for i in range(3, level - 1, -1):
            divided[i] = (divided[i] - divided[i - 1]) / (ts[i] - ts[i - level])
    coefficients = [divided[3]]
    for i in (2, 1, 0):  # Newton's form to powers of t
        shifted = [Decimal(0)] + coefficients
        scaled = [c * ts[i] for c in coefficients] + [Decimal(0)]
        coefficients = [a - b for a, b in zip(shifted, scaled)]
        coefficients[0] += divided[i]
    return coefficients


def tail(z):
    """The normal law's share above z and its density there, by the series of all positive terms."""
    density = (-z * z / 2).exp() / (2 * PI).sqrt()
    term = total = z
    n = 1
    while term > Decimal(10) ** -55:
        n += 2
        term = term * z * z / n
        total += term
    return Decimal("0.5") - density * total, density


def quantile(share, guess):
    """z whose upper tail is `share`, by Newton's method on the logarithm of the tail."""
    z = guess
    while True:
        above, density = tail(z)
        step = (above.ln() - share.ln()) * above / density
        z += step
        if abs(step) < Decimal(10) ** -25:
            return z


def normal():
    """|z| for tails of (1 + j / STEPS) * 2^(k - 65): smallest first, down to 0 for one half."""
    shares = [(1 + Decimal(j) / STEPS) * Decimal(2) ** (k - 65)
              for k in range(64) for j in range(STEPS)]
    table, z = [Decimal(0)], Decimal(0)
    for share in reversed(shares):
        z = quantile(share, z)
        table.append(z)
    return table[::-1]


def rounded(x):
    return int(x.to_integral_value())


def show_cubics(name, rows):
    print(f"\nconst uint64_t {name}[{SEGMENTS}][4] = {{")
    for row in rows:
        print("    {" + ", ".join(f"0x{rounded(abs(c)):016x}" for c in row) + "},")
    print("};")


def main():
    print("/* Made by scripts/make-tables.py; see there. */")
    print("/* clang-format off */")
    print('#include "sim/quantile_tables.h"')
    width = Decimal(1) / SEGMENTS
    logs = [cubic(lambda x: x.ln() / LN2, 1 + i * width, width) for i in range(SEGMENTS)]
    powers = [cubic(lambda x: (x * LN2).exp(), i * width, width) for i in range(SEGMENTS)]
    show_cubics("log2_cubics", [[c * ONE_64 for c in row] for row in logs])
    show_cubics("exp2_cubics", [[c * ONE_63 for c in row] for row in powers])
    table = [f"0x{rounded(z * ONE_28):08x}," for z in normal()]
    print(f"\nconst uint32_t normal_quantiles[{len(table)}] = {{")
    for i in range(0, len(table), 8):
        print("    " + " ".join(table[i:i + 8]))
    print("};")


if __name__ == "__main__":
    main()
