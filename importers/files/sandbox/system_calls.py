"""The system calls a reader has left once it has its file: memory, time, threads of its own, and its answer (X5).

A limit on open files already keeps it from files and connections. Without this filter it could still ask the system
for everything that opens nothing: look into other processes of its account, signal them, or use a fault in one of the
three hundred calls of Linux. What is not listed answers that it does not exist, as in an older system, which libraries
are prepared for.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from typing import Final

_ALLOWED: Final[dict[str, tuple[int, int]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "getcwd": (79, 17),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}
"""Name -> number on x86-64 and on ARM."""
_MACHINES: Final = {"x86_64": (0xC000003E, 0, 56, 317), "aarch64": (0xC00000B7, 1, 220, 277)}
"""Machine -> its mark in the filter, column of the numbers, numbers of ``clone`` and ``seccomp``."""
_SAME_PROCESS: Final = 0x00010000
"""``clone`` with this flag makes a thread, without it a process."""
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
"""Where the filter finds what is asked for."""
_ALLOW, _KILL, _UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050000 | 38
_NO_NEW_PRIVILEGES, _FILTER, _ALL_THREADS = 38, 1, 1


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict() -> bool:
    """Keep this process to the calls above from now on, and return whether the system could be told."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    instructions = _instructions(machine)
    code = ctypes.create_string_buffer(instructions)
    program = _Program(len(instructions) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not libc.syscall(machine[3], _FILTER, _ALL_THREADS, ctypes.byref(program))


def _instructions(machine: tuple[int, int, int, int]) -> bytes:
    mark, column, clone, _ = machine
    numbers = [pair[column] for pair in _ALLOWED.values()]
    steps = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, mark), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    # Each jump leads over the numbers behind it, and over the four steps between the last one and the permission.
    steps += [(_EQUAL, len(numbers) - place + 3, 0, number) for place, number in enumerate(numbers)]
    steps += [
        (_EQUAL, 0, 2, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, _SAME_PROCESS),
        (_RETURN, 0, 0, _UNKNOWN),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
