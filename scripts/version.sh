#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The version of everything built from this tree, shown by modinfo and by
# --version. This is its only source.

echo 0.1.0
