"""CLIP's image tower in PyTorch, with the same folding as ours, or plain as published models are written."""

import torch
import torch.nn.functional as F
from common import clock, read_safetensors, serve

state = {}
VISION = "vision_model"


def load(path, heads, patch, pixels):
    weights = read_safetensors(path)
    state.update(heads=heads, patch=patch, pixels=read_safetensors(pixels)["pixels"])
    state["plain"] = weights
    state["folded"] = fold(weights, heads)
    return {}


def fold(w, heads):
    """The query's scale and QuickGELU's 1.702 into the weights; query, key and value as one matrix."""
    out = dict(w)
    i = 0
    while f"{VISION}.encoder.layers.{i}.mlp.fc1.weight" in w:
        name = f"{VISION}.encoder.layers.{i}"
        scale = (w[f"{name}.self_attn.q_proj.weight"].shape[0] // heads) ** -0.5
        for part in ("weight", "bias"):
            q, k, v = [w[f"{name}.self_attn.{which}_proj.{part}"] for which in "qkv"]
            out[f"{name}.qkv.{part}"] = torch.cat([q * scale, k, v])
            out[f"{name}.mlp.fc1.{part}"] = w[f"{name}.mlp.fc1.{part}"] * 1.702
        out[f"{name}.mlp.fc2.weight"] = w[f"{name}.mlp.fc2.weight"] / 1.702
        i += 1
    state["layers"] = i
    return out


def linear(x, w, name):
    return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def norm(x, w, name):
    return F.layer_norm(x, (x.shape[-1],), w[f"{name}.weight"], w[f"{name}.bias"])


def folded_block(x, w, name):
    b, n, d = x.shape
    h = state["heads"]
    parts = linear(norm(x, w, f"{name}.layer_norm1"), w, f"{name}.qkv")
    q, k, v = parts.view(b, n, 3, h, d // h).permute(2, 0, 3, 1, 4).contiguous().view(3, b * h, n, d // h)
    seen = torch.bmm(torch.bmm(q, k.transpose(1, 2)).softmax(-1), v)
    seen = seen.view(b, h, n, d // h).transpose(1, 2).reshape(b, n, d)
    x = x + linear(seen, w, f"{name}.self_attn.out_proj")
    return x + linear(F.silu(linear(norm(x, w, f"{name}.layer_norm2"), w, f"{name}.mlp.fc1")), w, f"{name}.mlp.fc2")


def plain_block(x, w, name):
    b, n, d = x.shape
    h = state["heads"]
    y = norm(x, w, f"{name}.layer_norm1")
    q, k, v = [
        linear(y, w, f"{name}.self_attn.{which}_proj").view(b, n, h, d // h).transpose(1, 2) for which in "qkv"
    ]
    seen = ((q @ k.transpose(-2, -1)) * (d // h) ** -0.5).softmax(-1) @ v
    x = x + linear(seen.transpose(1, 2).reshape(b, n, d), w, f"{name}.self_attn.out_proj")
    y = linear(norm(x, w, f"{name}.layer_norm2"), w, f"{name}.mlp.fc1")
    return x + linear(y * torch.sigmoid(1.702 * y), w, f"{name}.mlp.fc2")


def patches(x, w):
    p = state["patch"]
    weight = w[f"{VISION}.embeddings.patch_embedding.weight"]
    b, c, s, _ = x.shape
    g = s // p
    rows = x.reshape(b, c, g, p, g, p).permute(0, 2, 4, 1, 3, 5).reshape(b, g * g, c * p * p)
    return rows @ weight.flatten(1).t()


def features(pixels, form):
    w = state[form]
    block = folded_block if form == "folded" else plain_block
    with torch.no_grad():
        if form == "folded":
            x = patches(pixels, w)
        else:
            weight = w[f"{VISION}.embeddings.patch_embedding.weight"]
            x = F.conv2d(pixels, weight, stride=state["patch"]).flatten(2).transpose(1, 2)
        first = w[f"{VISION}.embeddings.class_embedding"].expand(len(x), 1, -1)
        x = torch.cat([first, x], 1) + w[f"{VISION}.embeddings.position_embedding.weight"]
        x = norm(x, w, f"{VISION}.pre_layrnorm")
        for i in range(state["layers"]):
            x = block(x, w, f"{VISION}.encoder.layers.{i}")
        return norm(x[:, 0], w, f"{VISION}.post_layernorm") @ w["visual_projection.weight"].t()


def encode(form, batches):
    start = clock()
    for _ in range(batches):
        out = features(state["pixels"], form)
    return {"seconds": (clock() - start) / batches, "first": out[0].tolist()}


serve({"load": load, "encode": encode})
