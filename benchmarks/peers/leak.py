"""The same training steps; answers with the resident memory at their end."""

import torch
import torch.nn.functional as F
from common import serve


def train(steps, batch, width):
    model = torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.GELU(), torch.nn.Linear(width, width))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, foreach=True)
    x = torch.randn(batch, width)
    for _ in range(steps + 10):
        loss = F.mse_loss(model(x), x)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
    pages = int(open("/proc/self/statm").read().split()[1])
    return {"resident": pages * 4096 / 2**20}


serve({"train": train})
