"""Linux's Landlock: this process may read some files from now on, and no others, and change none.

A parser that a file has taken over would otherwise read the database and the secrets of the server, and hand them out
as the text of a page. Numbers and structures: include/uapi/linux/landlock.h; the system calls are numbered alike on
all architectures.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many kinds of access each version of the interface knows; later ones know as many as the fifth."""
_ALL_TCP = 0b11
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11


def allow_only(readable: Iterable[Path]) -> None:
    """Restrict this process, which must have given up new privileges. Raises OSError where that can't be had."""
    if sys.platform != "linux":
        raise OSError("only Linux has Landlock")
    version = _call(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    file_accesses = (1 << _FILE_ACCESSES.get(version, 16)) - 1
    tcp, scopes = (_ALL_TCP if version >= 4 else 0), (_SIGNALS_AND_ABSTRACT_SOCKETS if version >= 6 else 0)
    attributes = struct.pack("QQQ", file_accesses, tcp, scopes)[: 24 if scopes else 16 if tcp else 8]
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        access = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", access, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    typed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = libc.syscall(ctypes.c_long(number), *typed)
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
