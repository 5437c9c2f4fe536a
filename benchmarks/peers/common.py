"""What the Python peers share: a loop that answers requests, and a reader of safetensors."""

import json
import os
import platform
import re
import sys
import time

import torch

DTYPES = {"F32": torch.float32, "F16": torch.float16, "I64": torch.int64}


clock = time.process_time if os.environ.get("EGOLENS_BENCH_CLOCK") == "cpu" else time.perf_counter


def mapped_blas():
    paths = [line.split()[-1] for line in open("/proc/self/maps") if re.search(r"/lib(open)?blas|/libmkl_", line)]
    best = [path for path in paths if re.search(r"libopenblas|libmkl", path)]
    return (best or paths or [None])[0]


def side():
    torch.ones(8, 8) @ torch.ones(8, 8)
    capability = re.search(r"CPU capability usage: (.+)", torch.__config__.show())
    return {
        "engine": f"Python on torch {torch.__version__}",
        "blas": mapped_blas(),
        "threads": torch.get_num_threads(),
        "instructionSet": capability.group(1).strip() if capability else "unknown",
    }


def serve(requests):
    """requests: functions by name; each takes the request's other values and returns a dict."""
    say({"side": side(), "versions": {"python": platform.python_version(), "pythonTorch": str(torch.__version__)}})
    for line in sys.stdin:
        request = json.loads(line)
        say(requests[request.pop("run")](**request))


def say(answer):
    print(json.dumps(answer), flush=True)


def read_safetensors(path):
    data = bytearray(open(path, "rb").read())
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        raw = data[8 + size + start : 8 + size + end]
        tensors[name] = torch.frombuffer(raw, dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"]).clone()
    return tensors
