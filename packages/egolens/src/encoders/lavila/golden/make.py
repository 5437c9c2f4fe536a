"""Golden vectors of LaViLa's dual encoder, by a forward pass written from the papers; made with torch 1.13.1:

    python3 make.py > golden.json  (then biome check --write)

Weights and pixels follow the formulas of formula.testing.ts and lavila.testing.ts. With --check it also prints how far
the vectors move under the mistakes that are easy to make, each of which must be well above the tests' tolerance.
"""
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
WIDTH, HEADS, JOINT, PATCHES, TRAINED = 128, 2, 10, 4, 4


def formula(name, shape, around=0.0, size=0.2):
    phase = sum((k + 1) * ord(c) for k, c in enumerate(name))
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (around + size * torch.sin(0.37 * i + 0.013 * i * i + phase)).float().reshape(shape)


def weight(name, shape):
    if name.startswith("visual.ln_pre"):
        # Small tokens, so that the norms' eps shows.
        return formula(name, shape, around=0.01 if name.endswith("weight") else 0, size=0.002)
    if "norm" in name or ".ln_" in name or name.startswith("ln_"):
        return formula(name, shape, around=1.0 if name.endswith("weight") else 0)
    if name in ("visual.cls_token", "visual.pos_embed", "visual.patch_embed.proj.weight"):
        return formula(name, shape, size=0.02)
    if name == "visual.temporal_embed":
        return formula(name, shape, size=0.1)
    return formula(name, shape, size=0.05)


def affine(name, shape):
    return weight(name + ".weight", shape), weight(name + ".bias", shape[:1])


def norm(x, name, eps):
    w, b = affine(name, (WIDTH,))
    mean = x.mean(-1, keepdim=True)
    return (x - mean) / (((x - mean) ** 2).mean(-1, keepdim=True) + eps).sqrt() * w + b


def linear(x, name, rows, columns):
    w, b = affine(name, (rows, columns))
    return x @ w.T + b


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def attention(q, k, v, allowed):
    """Every query token sees the keys that `allowed` [queries, keys] says."""
    outs = []
    for h in range(HEADS):
        part = slice(h * WIDTH // HEADS, (h + 1) * WIDTH // HEADS)
        scores = q[..., part] @ k[..., part].transpose(1, 2) / math.sqrt(WIDTH / HEADS)
        outs.append(scores.masked_fill(~allowed, -math.inf).softmax(-1) @ v[..., part])
    return torch.cat(outs, -1)


def group(frames, same):
    """Which tokens see which: the class token all, a patch the class token and what is like it."""
    frame = torch.arange(frames).repeat_interleave(PATCHES)
    place = torch.arange(PATCHES).repeat(frames)
    of = {"time": place, "space": frame}[same]
    allowed = torch.ones(1 + frames * PATCHES, 1 + frames * PATCHES, dtype=torch.bool)
    allowed[1:, 1:] = of[:, None] == of[None, :]
    return allowed


def images(frames, eps=1e-6, pre_eps=1e-5, frozen=True, corners=False, cut=True):
    shape = (2, frames, 3, 8, 8)
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    pixels = torch.cos(0.11 * i + 0.003 * i * i).float().reshape(shape)
    w = weight("visual.patch_embed.proj.weight", (WIDTH, 3, 4, 4))
    x = F.conv2d(pixels.flatten(0, 1), w, stride=4).flatten(2).transpose(1, 2).reshape(2, frames, PATCHES, WIDTH)
    positions = weight("visual.pos_embed", (1, 1 + PATCHES, WIDTH))
    times = weight("visual.temporal_embed", (1, TRAINED, WIDTH))
    if frames > TRAINED or not cut:
        times = F.interpolate(times[None], size=(frames, WIDTH), mode="bilinear", align_corners=corners)[0]
    x = x + positions[:, None, 1:] + times[:, :frames, None]
    first = (weight("visual.cls_token", (1, 1, WIDTH)) + positions[:, :1]).expand(2, 1, WIDTH)
    x = norm(torch.cat([first, x.flatten(1, 2)], 1), "visual.ln_pre", pre_eps)

    def attend(x, name, same):
        q, k, v = linear(x, name + ".qkv", 3 * WIDTH, WIDTH).chunk(3, -1)
        return linear(attention(q, k, v, group(frames, same)), name + ".proj", WIDTH, WIDTH)

    for layer in range(2):
        name = f"visual.blocks.{layer}."
        looked = x + attend(norm(x, name + "norm3", eps), name + "timeattn", "time")
        space = attend(norm(looked, name + "norm1", eps), name + "attn", "space")
        x = (x if frozen else looked) + space
        y = quick_gelu(linear(norm(x, name + "norm2", eps), name + "mlp.fc1", 4 * WIDTH, WIDTH))
        x = x + linear(y, name + "mlp.fc2", WIDTH, 4 * WIDTH)
    return norm(x, "visual.norm", eps)[:, 0] @ weight("image_projection", (WIDTH, JOINT))


def texts(rows, ends):
    ids = torch.tensor([row + [0] * (7 - len(row)) for row in rows])
    x = weight("token_embedding.weight", (20, WIDTH))[ids] + weight("positional_embedding", (7, WIDTH))
    causal = torch.ones(7, 7, dtype=torch.bool).tril()
    for layer in range(2):
        name = f"transformer.resblocks.{layer}."
        y = norm(x, name + "ln_1", 1e-5)
        w, b = weight(name + "attn.in_proj_weight", (3 * WIDTH, WIDTH)), weight(name + "attn.in_proj_bias", (3 * WIDTH,))
        q, k, v = (y @ w.T + b).chunk(3, -1)
        x = x + linear(attention(q, k, v, causal), name + "attn.out_proj", WIDTH, WIDTH)
        y = quick_gelu(linear(norm(x, name + "ln_2", 1e-5), name + "mlp.c_fc", 4 * WIDTH, WIDTH))
        x = x + linear(y, name + "mlp.c_proj", WIDTH, 4 * WIDTH)
    x = norm(x, "ln_final", 1e-5)[torch.arange(len(rows)), ends]
    return x @ weight("text_projection", (WIDTH, JOINT))


def rounded(x):
    return [[round(v, 6) for v in row] for row in x.tolist()]


# "w3 w4 w5", "w7", "w1 w2 w3 w4 w5" between 18 and 19, and the long "w1 ... w9", cut with and without its end.
short = [[18, 3, 4, 5, 19], [18, 7, 19], [18, 1, 2, 3, 4, 5, 19]]
if "--check" in sys.argv:
    for frames, mistake in [
        (4, dict(frozen=False)),
        (4, dict(eps=1e-5)),
        (4, dict(pre_eps=1e-6)),
        (8, dict(corners=True)),
        (2, dict(cut=False)),
    ]:
        print(mistake, (images(frames) - images(frames, **mistake)).abs().max().item())
else:
    golden = {f"{frames} frames": rounded(images(frames)) for frames in (4, 8, 2)}
    golden["texts"] = rounded(texts(short, [4, 2, 6]))
    golden["long"] = {
        "end": rounded(texts([[18, 1, 2, 3, 4, 5, 19]], [6])),
        "cut": rounded(texts([[18, 1, 2, 3, 4, 5, 6]], [0])),
    }
    print(json.dumps(golden))
