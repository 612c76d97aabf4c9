# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The suite of networks: descriptions, workloads, measuring, statistics.

Only workloads and measuring need Volley; the rest needs nothing but Python.
"""
