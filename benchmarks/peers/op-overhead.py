"""Tensor.add on one element, a million times a second or so."""

from time import perf_counter

import torch
from common import serve

a, b = torch.tensor([1.0]), torch.tensor([2.0])


def add(count):
    start = perf_counter()
    for _ in range(count):
        a.add(b)
    return {"seconds": (perf_counter() - start) / count}


serve({"add": add})
