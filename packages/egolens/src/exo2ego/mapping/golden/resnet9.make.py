"""Golden numbers of the mapping of Exo2Ego, by a plain forward pass in PyTorch 1.13.1 in double precision:

    python3 resnet9.make.py > resnet9.json  (then biome check --write)

Written from CycleGAN's description. Weights and inputs follow the formulas of encoders/formula.testing.ts, rounded to
float32 as there. Each loss is the sum of output times the formula's picture of its shape. A tensor is kept as two
numbers: its sum, and the sum of its products with sin(0.7 i + 9). The gradients of biases before an instance norm are
zero but for rounding, and are not kept.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def formula(name, shape, size=0.2):
    phase = sum((k + 1) * ord(c) for k, c in enumerate(name))
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (size * torch.sin(0.37 * i + 0.013 * i * i + phase)).float().double().reshape(shape).requires_grad_()


def pixels(shape):
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return torch.cos(0.11 * i + 0.003 * i * i).float().double().reshape(shape)


def digest(t):
    i = torch.arange(t.numel(), dtype=torch.float64)
    return [t.sum().item(), (t.detach().flatten() * torch.sin(0.7 * i + 9)).sum().item()]


def instance_norm(x):
    mean = x.mean((2, 3), keepdim=True)
    return (x - mean) / (((x - mean) ** 2).mean((2, 3), keepdim=True) + 1e-5).sqrt()


def mirror(x, n):
    return F.pad(x, (n, n, n, n), mode="reflect")


def generator(x, w, ngf, out, tanh):
    def conv(x, name, channels, kernel, **how):
        weight = w.setdefault(name + ".conv.weight", formula(name + ".conv.weight", (channels, x.shape[1], kernel, kernel)))
        return F.conv2d(x, weight, w.setdefault(name + ".conv.bias", formula(name + ".conv.bias", (channels,))), **how)

    inner = x.shape[1]
    x = instance_norm(conv(mirror(x, 3), "stem", ngf, 7)).relu()
    for i in range(2):
        x = instance_norm(conv(x, f"down.{i}", 2 ** (i + 1) * ngf, 3, stride=2, padding=1)).relu()
    for i in range(9):
        y = instance_norm(conv(mirror(x, 1), f"blocks.{i}.conv1", 4 * ngf, 3)).relu()
        x = x + instance_norm(conv(mirror(y, 1), f"blocks.{i}.conv2", 4 * ngf, 3))
    for i in range(2):
        name, channels = f"up.{i}.conv", x.shape[1]
        weight = w.setdefault(name + ".weight", formula(name + ".weight", (channels, channels // 2, 3, 3)))
        bias = w.setdefault(name + ".bias", formula(name + ".bias", (channels // 2,)))
        x = instance_norm(F.conv_transpose2d(x, weight, bias, stride=2, padding=1, output_padding=1)).relu()
    x = conv(mirror(x, 3), "head", out, 7)
    return torch.tanh(x) if tanh else x


def golden(shape, run):
    w = {}
    x = pixels(shape).requires_grad_()
    y = run(x, w)
    (y * pixels(y.shape)).sum().backward()
    kept = {name: digest(value.grad) for name, value in sorted(w.items()) if name.endswith("weight") or "head" in name}
    return {"input": shape, "shape": list(y.shape), "output": digest(y), "inputGradient": digest(x.grad), "gradients": kept}


def tokens(side, run):
    """Around a function of maps: tokens [B, T, P, C], widened to 8 by mirrored edges."""

    def mapped(x, w):
        b, t, p, c = x.shape
        maps = x.reshape(b * t, side, side, c).permute(0, 3, 1, 2)
        before, after = (8 - side) // 2, (9 - side) // 2
        if side < 8:
            maps = F.pad(maps, (before, after, before, after), mode="reflect")
        y = run(maps, w)[:, :, before:before + side, before:before + side]
        return y.permute(0, 2, 3, 1).reshape(b, t, p, c)

    return mapped


print(json.dumps({
    "features": golden([2, 6, 8, 12], lambda x, w: generator(x, w, 4, 6, False)),
    "pictures": golden([1, 3, 12, 8], lambda x, w: generator(x, w, 4, 3, True)),
    "before": golden([1, 2, 64, 6], tokens(8, lambda x, w: generator(x, w, 4, 6, False))),
    "behind": golden([1, 2, 25, 6], tokens(5, lambda x, w: generator(x, w, 4, 6, False))),
}, indent=1))
