import os
import subprocess
import sys

import pytest

CODE = """
import resource
from groundwork.memory import keep_freed_memory
{call}
import ctypes
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    block = libc.malloc(2**26)
    ctypes.memset(block, 1, 2**26)
    libc.free(block)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(call: str) -> int:
    """How often 20 blocks of 64 MB, one after the other, needed a page from the system."""
    output = subprocess.run([sys.executable, "-c", CODE.format(call=call)], capture_output=True, text=True, check=True)
    return int(output.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library of Linux")
def test_freed_memory_is_used_again():
    assert page_faults("keep_freed_memory()") < page_faults("") / 5


def test_a_persons_own_choice_of_allocator_stands(monkeypatch):
    from groundwork.memory import keep_freed_memory

    monkeypatch.setenv("TF_CPU_ALLOCATOR_USE_BFC", "0")
    keep_freed_memory()
    assert os.environ["TF_CPU_ALLOCATOR_USE_BFC"] == "0"
