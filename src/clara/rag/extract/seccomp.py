"""Linux's seccomp: system calls that a parser never needs fail from now on.

Those that reach other machines, other programs and other processes. Numbers: the kernel's tables of each architecture
(arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
"""

import ctypes
import errno
import platform
import struct
import sys

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_X32_BIT = 0x40000000

# pidfd_send_signal, io_uring_setup, pidfd_open, clone3, pidfd_getfd
_EVERYWHERE = (424, 425, 434, 435, 438)
_REFUSED = {
    # socket connect clone fork vfork execve kill ptrace keyctl unshare perf_event_open open_by_handle_at setns
    # process_vm_readv process_vm_writev bpf execveat userfaultfd
    "x86_64": (0xC000003E, (41, 42, 56, 57, 58, 59, 62, 101, 250, 272, 298, 304, 308, 310, 311, 321, 322, 323)),
    # the same, without fork and vfork, which it doesn't have
    "aarch64": (0xC00000B7, (198, 203, 220, 221, 129, 117, 219, 97, 241, 265, 268, 270, 271, 280, 281, 282)),
}


def refuse_system_calls() -> None:
    """Install the filter for good; new privileges must have been given up. Raises OSError where that can't be had."""
    if sys.platform != "linux" or platform.machine() not in _REFUSED:
        raise OSError("no filter for this system")
    architecture, numbers = _REFUSED[platform.machine()]
    program = _program(architecture, (*numbers, *_EVERYWHERE))
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(program)
    filter_program = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), filter_program, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), "seccomp")


def _program(architecture: int, numbers: tuple[int, ...]) -> bytes:
    """Berkeley Packet Filter instructions (code, jump if true, jump if false, operand); a jump counts instructions."""
    refuse = len(numbers) + 1
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_IF_EQUAL, 0, refuse + 2, architecture),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_IF_AT_LEAST, refuse, 0, _X32_BIT),
        *((_IF_EQUAL, refuse - 1 - index, 0, number) for index, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
