"""Stands for the package samna in tests: the classes and limits that are publicly known of it, before a virtual board behind a socket.

The environment says where that is (SAMNA_STAND_IN, a port of the loopback), which version it calls itself, and what it lacks.
"""
import os

__version__ = os.environ.get("SAMNA_VERSION", "0.48.6")

from . import device, dynapse2  # noqa: E402

for _name in os.environ.get("SAMNA_LACKS", "").split():
    delattr(dynapse2 if hasattr(dynapse2, _name) else device, _name)
