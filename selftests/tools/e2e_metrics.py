#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads OpenMetrics text on standard input, as Prometheus' own client does.

usage: e2e_metrics.py
"""

import sys

from prometheus_client.openmetrics.parser import \
    text_string_to_metric_families


def check(families):
    """What the parser does not insist on."""
    for family in families:
        if not family.documentation:
            sys.exit(f"{family.name}: no HELP")
        if family.type == "unknown":
            sys.exit(f"{family.name}: no TYPE")
        if family.name.endswith(("_bytes", "_seconds")) and not family.unit:
            sys.exit(f"{family.name}: no UNIT")


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    try:
        families = list(text_string_to_metric_families(text))
    except ValueError as err:
        sys.exit(f"no OpenMetrics: {err}")
    check(families)
    print(len(families), "families")


main()
