"""Golden numbers of VideoLLaMA2's visual path, by a plain forward pass in PyTorch 1.13.1 in double precision:

    python3 visual.make.py > visual.json  (then biome check --write)

Written from the papers' descriptions, channels first and with PyTorch's own convolutions, pooling and autograd. Weights
and inputs follow the formulas of encoders/formula.testing.ts, rounded to float32 as there; the weight of a norm is around
1, all else around 0. Each loss is the sum of output times the formula's picture of its shape. A tensor is kept as two
numbers: its sum, and the sum of its products with sin(0.7 i + 9).
"""
import json
import math

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def formula(name, shape, around=0.0, size=0.2):
    phase = sum((k + 1) * ord(c) for k, c in enumerate(name))
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (around + size * torch.sin(0.37 * i + 0.013 * i * i + phase)).float().double().reshape(shape)


def pixels(shape):
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return torch.cos(0.11 * i + 0.003 * i * i).float().double().reshape(shape)


def digest(t):
    i = torch.arange(t.numel(), dtype=torch.float64)
    return [t.sum().item(), (t.detach().flatten() * torch.sin(0.7 * i + 9)).sum().item()]


class Weights(dict):
    """Makes each weight when it is first asked for."""

    def take(self, name, *shape):
        norm = name.endswith("weight") and ("bn" in name or "norm" in name)
        if name not in self:
            self[name] = formula(name, shape, around=1.0 if norm else 0.0).requires_grad_()
        return self[name]


def norm2d(x, w, name):
    mean = x.mean(1, keepdim=True)
    variance = ((x - mean) ** 2).mean(1, keepdim=True)
    scaled = (x - mean) / (variance + 1e-5).sqrt()
    c = x.shape[1]
    return scaled * w.take(name + ".weight", c).view(1, c, 1, 1) + w.take(name + ".bias", c).view(1, c, 1, 1)


def silu(x):
    return x * torch.sigmoid(x)


def block(x, w, name, out):
    inner = x.shape[1]
    y = F.conv2d(x, w.take(f"{name}.conv1.conv.weight", out, inner, 1, 1))
    y = silu(norm2d(y, w, f"{name}.conv1.bn"))
    y = F.conv2d(y, w.take(f"{name}.conv2.conv.weight", out, 1, 3, 3), padding=1, groups=out)
    y = silu(norm2d(y, w, f"{name}.conv2.bn"))
    squeezed = int(round(inner * 0.25))
    gate = y.mean((2, 3), keepdim=True)
    gate = F.conv2d(gate, w.take(f"{name}.se.fc1.weight", squeezed, out, 1, 1), w.take(f"{name}.se.fc1.bias", squeezed))
    gate = F.conv2d(silu(gate), w.take(f"{name}.se.fc2.weight", out, squeezed, 1, 1), w.take(f"{name}.se.fc2.bias", out))
    y = y * torch.sigmoid(gate)
    y = norm2d(F.conv2d(y, w.take(f"{name}.conv3.conv.weight", out, out, 1, 1)), w, f"{name}.conv3.bn")
    if inner != out:
        x = F.conv2d(x, w.take(f"{name}.downsample.conv.weight", out, inner, 1, 1))
        x = norm2d(x, w, f"{name}.downsample.bn")
    return silu(y + x)


def stage(x, w, name, out, depth):
    for i in range(depth):
        x = block(x, w, f"{name}b{i + 1}", out)
    return x


def connector(x, w, out, kind, downsample, depth, mlp_depth):
    b, t, p, c = x.shape
    side = math.isqrt(p)
    frames = x.reshape(b * t, side, side, c).permute(0, 3, 1, 2)
    frames = stage(frames, w, "s1.", out, depth)
    video = frames.reshape(b, t, out, side, side).transpose(1, 2)
    if kind == "stp":
        video = F.avg_pool3d(video, downsample)
    else:
        weight, bias = w.take("sampler.0.weight", out, out, *downsample), w.take("sampler.0.bias", out)
        video = F.conv3d(video, weight, bias, stride=downsample, padding=1 if kind == "stc" else 0)
    video = silu(video)
    t, h, width = video.shape[2:]
    frames = stage(video.transpose(1, 2).reshape(b * t, out, h, width), w, "s2.", out, depth)
    tokens = frames.reshape(b, t, out, h, width).permute(0, 1, 3, 4, 2).reshape(b, t * h * width, out)
    for i in range(mlp_depth):
        if i > 0:
            tokens = 0.5 * tokens * (1 + torch.erf(tokens / math.sqrt(2)))
        tokens = F.linear(tokens, w.take(f"readout.{2 * i}.weight", out, out), w.take(f"readout.{2 * i}.bias", out))
    return tokens


def layer_norm(x, w, name):
    mean = x.mean(-1, keepdim=True)
    scaled = (x - mean) / (((x - mean) ** 2).mean(-1, keepdim=True) + 1e-5).sqrt()
    return scaled * w.take(name + ".weight", x.shape[-1]) + w.take(name + ".bias", x.shape[-1])


def linear(x, w, name, out):
    return F.linear(x, w.take(name + ".weight", out, x.shape[-1]), w.take(name + ".bias", out))


def tower(x, w, width, heads, hidden, patch, layers):
    at = "vision_model.embeddings."
    n, _, side, _ = x.shape
    patches = F.conv2d(x, w.take(at + "patch_embedding.weight", width, 3, patch, patch), stride=patch)
    patches = patches.flatten(2).transpose(1, 2)
    first = w.take(at + "class_embedding", width).expand(n, 1, width)
    positions = w.take(at + "position_embedding.weight", 1 + (side // patch) ** 2, width)
    x = layer_norm(torch.cat([first, patches], 1) + positions, w, "vision_model.pre_layrnorm")
    for i in range(layers):
        at = f"vision_model.encoder.layers.{i}"
        y = layer_norm(x, w, at + ".layer_norm1")
        q, k, v = (
            linear(y, w, f"{at}.self_attn.{name}_proj", width).reshape(n, -1, heads, width // heads).transpose(1, 2)
            for name in "qkv"
        )
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // heads)
        seen = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, -1, width)
        x = x + linear(seen, w, at + ".self_attn.out_proj", width)
        y = linear(layer_norm(x, w, at + ".layer_norm2"), w, at + ".mlp.fc1", hidden)
        x = x + linear(y * torch.sigmoid(1.702 * y), w, at + ".mlp.fc2", width)
    return x[:, 1:]


def golden(shape, run):
    w = Weights()
    x = pixels(shape).requires_grad_()
    y = run(x, w)
    (y * pixels(y.shape)).sum().backward()
    gradients = {name: digest(value.grad) for name, value in sorted(w.items())}
    return {"input": shape, "shape": list(y.shape), "output": digest(y), "inputGradient": digest(x.grad), "gradients": gradients}


def maps(run):
    """Channels last around a function of channels first."""
    return lambda x, w: run(x.permute(0, 3, 1, 2), w).permute(0, 2, 3, 1)


def of_connector(kind, downsample, depth, mlp_depth):
    return lambda x, w: connector(x, w, 8, kind, downsample, depth, mlp_depth)


print(json.dumps({
    "stages": {
        "wider": golden([2, 3, 4, 6], maps(lambda x, w: stage(x, w, "", 8, 3))),
        "as wide": golden([2, 3, 4, 8], maps(lambda x, w: stage(x, w, "", 8, 2))),
    },
    "connectors": {
        "stc": golden([2, 4, 16, 6], of_connector("stc", (2, 2, 2), 2, 2)),
        "v35": golden([2, 4, 16, 6], of_connector("v35", (2, 2, 2), 2, 2)),
        "stp": golden([2, 4, 16, 6], of_connector("stp", (2, 2, 2), 2, 2)),
        "odd": golden([1, 3, 9, 6], of_connector("stc", (2, 2, 2), 1, 1)),
        "space": golden([1, 2, 25, 6], of_connector("v35", (1, 2, 2), 1, 3)),
    },
    "tower": {
        "one before the last": golden([2, 3, 8, 8], lambda x, w: tower(x, w, 16, 2, 64, 4, 2)),
        "before the first": golden([2, 3, 8, 8], lambda x, w: tower(x, w, 16, 2, 64, 4, 0)),
    },
}, indent=1))
