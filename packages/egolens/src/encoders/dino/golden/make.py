"""Golden features of DINO's vision transformers, by a forward pass written from the papers; made with torch 1.13.1:

    python3 make.py > golden.json  (then biome check --write)

Weights and pixels follow the formulas of formula.testing.ts and dino.testing.ts. With --check it also prints how far
the features move under the mistakes that are easy to make, each of which must be well above the tests' tolerance.
"""
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
PIXELS, SEEN = (2, 3, 16, 16), 4


def formula(name, shape, around=0.0, size=0.2):
    phase = sum((k + 1) * ord(c) for k, c in enumerate(name))
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (around + size * torch.sin(0.37 * i + 0.013 * i * i + phase)).float().reshape(shape)


def weight(name, shape):
    if name.startswith(("cls_token", "pos_embed", "register_tokens", "patch_embed")):
        return formula(name, shape, size=0.01)
    if "norm" in name and name.endswith("weight"):
        return formula(name, shape, around=1.0)
    if name.endswith("gamma"):
        return formula(name, shape, around=0.5)
    return formula(name, shape, size=0.05)


def features(width, heads, side, registers=0, gamma=True, swiglu=0, eps=1e-6, kludge=True, erf=True, antialias=True):
    def affine(name, shape):
        return weight(name + ".weight", shape), weight(name + ".bias", shape[:1])

    def norm(x, name):
        w, b = affine(name, (width,))
        mean = x.mean(-1, keepdim=True)
        return (x - mean) / (((x - mean) ** 2).mean(-1, keepdim=True) + eps).sqrt() * w + b

    def linear(x, name, rows, columns):
        w, b = affine(name, (rows, columns))
        return x @ w.T + b

    i = torch.arange(math.prod(PIXELS), dtype=torch.float64)
    pixels = torch.cos(0.11 * i + 0.003 * i * i).float().reshape(PIXELS)
    w, b = affine("patch_embed.proj", (width, 3, 4, 4))
    x = F.conv2d(pixels, w, b, stride=4).flatten(2).transpose(1, 2)
    x = torch.cat([weight("cls_token", (1, 1, width)).expand(len(x), 1, width), x], 1)

    positions = weight("pos_embed", (1, 1 + side * side, width))
    if side != SEEN:
        grid = positions[:, 1:].reshape(1, side, side, width).permute(0, 3, 1, 2)
        if registers:
            grid = F.interpolate(grid, size=(SEEN, SEEN), mode="bicubic", antialias=antialias)
        elif kludge:
            grid = F.interpolate(grid, scale_factor=(SEEN + 0.1) / side, mode="bicubic")
        else:
            grid = F.interpolate(grid, size=(SEEN, SEEN), mode="bicubic")
        positions = torch.cat([positions[:, :1], grid.permute(0, 2, 3, 1).reshape(1, SEEN * SEEN, width)], 1)
    x = x + positions
    if registers:
        own = weight("register_tokens", (1, registers, width)).expand(len(x), registers, width)
        x = torch.cat([x[:, :1], own, x[:, 1:]], 1)

    for layer in range(2):
        name = f"blocks.{layer}."
        q, k, v = linear(norm(x, name + "norm1"), name + "attn.qkv", 3 * width, width).chunk(3, -1)
        outs = []
        for h in range(heads):
            part = slice(h * width // heads, (h + 1) * width // heads)
            scores = q[..., part] @ k[..., part].transpose(1, 2) / math.sqrt(width / heads)
            outs.append(scores.softmax(-1) @ v[..., part])
        y = linear(torch.cat(outs, -1), name + "attn.proj", width, width)
        x = x + (y * weight(name + "ls1.gamma", (width,)) if gamma else y)
        y = norm(x, name + "norm2")
        if swiglu:
            gate, value = linear(y, name + "mlp.w12", 2 * swiglu, width).chunk(2, -1)
            y = linear(gate * torch.sigmoid(gate) * value, name + "mlp.w3", width, swiglu)
        else:
            y = linear(y, name + "mlp.fc1", 4 * width, width)
            y = 0.5 * y * (1 + torch.erf(y / math.sqrt(2))) if erf else y * torch.sigmoid(1.702 * y)
            y = linear(y, name + "mlp.fc2", width, 4 * width)
        x = x + (y * weight(name + "ls2.gamma", (width,)) if gamma else y)
    return norm(x, "norm")[:, 0]


plain = dict(width=128, heads=2, side=9)
registers = dict(plain, registers=4)
cases = {
    "dinov2": plain,
    "registers": registers,
    "dino": dict(plain, side=4, gamma=False),
    "giant": dict(width=64, heads=1, side=9, swiglu=88),
}
if "--check" in sys.argv:
    for case, mistake in [
        (plain, dict(eps=1e-5)),
        (plain, dict(kludge=False)),
        (plain, dict(erf=False)),
        (plain, dict(heads=1)),
        (registers, dict(antialias=False)),
    ]:
        print(mistake, (features(**case) - features(**{**case, **mistake})).abs().max().item())
else:
    print(json.dumps({name: [[round(v, 6) for v in row] for row in features(**case).tolist()] for name, case in cases.items()}))
