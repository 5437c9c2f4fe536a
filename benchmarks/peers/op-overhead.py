"""Tensor.add on one element, a million times a second or so."""

import torch
from common import clock, serve

a, b = torch.tensor([1.0]), torch.tensor([2.0])


def add(count):
    start = clock()
    for _ in range(count):
        a.add(b)
    return {"seconds": (clock() - start) / count}


serve({"add": add})
