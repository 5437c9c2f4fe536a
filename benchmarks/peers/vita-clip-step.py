"""Vita-CLIP's training step in PyTorch, class texts given: `beside` has the same folded weights and the same algebra as
ours, `published` has every prompt as a token in the sequence, as the paper describes it."""

import torch
import torch.nn.functional as F
from common import clock, read_safetensors, serve

state = {}
VISION = "vision_model"


def load(weights, given, heads, patch):
    inputs = read_safetensors(given)
    labels, texts, pixels = [inputs.pop(name) for name in ("labels", "texts", "pixels")]
    frozen = {name: inputs.pop(name) for name in list(inputs) if ".projection." in name}
    params = {name: tensor.requires_grad_() for name, tensor in inputs.items()}
    optimizer = torch.optim.AdamW(params.values(), lr=4e-4, weight_decay=0.05, foreach=True)
    plain = {name: tensor for name, tensor in read_safetensors(weights).items() if name.startswith("vis")}
    state.update(labels=labels, texts=texts, pixels=pixels, p={**params, **frozen}, optimizer=optimizer)
    state.update(heads=heads, patch=patch, plain=plain, folded=fold(plain, heads))
    return {}


def fold(w, heads):
    """The query's scale and QuickGELU's 1.702 into the weights; key and value as one matrix."""
    out = dict(w)
    i = 0
    while f"{VISION}.encoder.layers.{i}.mlp.fc1.weight" in w:
        name = f"{VISION}.encoder.layers.{i}"
        scale = (w[f"{name}.self_attn.q_proj.weight"].shape[0] // heads) ** -0.5
        for part in ("weight", "bias"):
            q, k, v = [w[f"{name}.self_attn.{which}_proj.{part}"] for which in "qkv"]
            out[f"{name}.q.{part}"], out[f"{name}.kv.{part}"] = q * scale, torch.cat([k, v])
            out[f"{name}.mlp.fc1.{part}"] = w[f"{name}.mlp.fc1.{part}"] * 1.702
        out[f"{name}.mlp.fc2.weight"] = w[f"{name}.mlp.fc2.weight"] / 1.702
        i += 1
    state["layers"] = i
    return out


def linear(x, w, name):
    return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def norm(x, w, name):
    return F.layer_norm(x, (x.shape[-1],), w[f"{name}.weight"], w[f"{name}.bias"])


def split(x, heads):
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)


def prompts(x, clips, frames, at):
    """Global, local and summary tokens: [1, G, W], [B, T, W], [B T, 1, W]."""
    p = state["p"]
    seen = linear(x[:, 0].reshape(clips, frames, -1), p, f"{at}.projection")
    inner = f"{at}.summaryAttention"
    h = max(1, round(seen.shape[-1] / 64))
    parts = F.linear(norm(seen, p, f"{at}.summaryNorm"), p[f"{inner}.in_proj_weight"], p[f"{inner}.in_proj_bias"])
    q, k, v = [split(part, h) for part in parts.chunk(3, -1)]
    mixed = ((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)).softmax(-1) @ v
    summary = seen + linear(mixed.transpose(1, 2).flatten(2), p, f"{inner}.out_proj")
    return p[f"{at}.global"][None], p[f"{at}.local"] + seen, summary.view(clips * frames, 1, -1)


def beside_block(x, groups, name, kept):
    """Prompts are keys and values only, and those that frames share are multiplied with the weights once."""
    w, h = state["folded"], state["heads"]
    b, n, d = x.shape
    y = norm(x, w, f"{name}.layer_norm1")
    q = split(linear(y[:, :kept], w, f"{name}.q"), h).reshape(b * h, kept, d // h)
    both = [linear(t, w, f"{name}.kv") for t in (y, *[norm(t, w, f"{name}.layer_norm1") for t in groups])]
    spread = [
        t.view(len(t), 1, t.shape[1], 2, h, d // h)
        .expand(-1, b // len(t), -1, -1, -1, -1)
        .permute(3, 0, 1, 4, 2, 5)
        .reshape(2, b, h, t.shape[1], d // h)
        for t in both
    ]
    k, v = torch.cat(spread, 3).flatten(1, 2).unbind(0)
    seen = torch.bmm(torch.bmm(q, k.transpose(1, 2)).softmax(-1), v)
    x = x[:, :kept] + linear(seen.view(b, h, kept, d // h).transpose(1, 2).reshape(b, kept, d), w, f"{name}.self_attn.out_proj")
    return x + linear(F.silu(linear(norm(x, w, f"{name}.layer_norm2"), w, f"{name}.mlp.fc1")), w, f"{name}.mlp.fc2")


def published_block(x, groups, name):
    w, h = state["plain"], state["heads"]
    whole, local, summary = groups
    b, frames, many = len(x), local.shape[1], whole.shape[1]
    inside = [x[:, :1], local.repeat_interleave(frames, 0), whole.expand(b, -1, -1), x[:, 1:], summary]
    x = torch.cat(inside, 1)
    y = norm(x, w, f"{name}.layer_norm1")
    q, k, v = [split(linear(y, w, f"{name}.self_attn.{which}_proj"), h) for which in "qkv"]
    seen = ((q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5).softmax(-1) @ v
    x = x + linear(seen.transpose(1, 2).flatten(2), w, f"{name}.self_attn.out_proj")
    x = torch.cat([x[:, :1], x[:, 1 + frames : -1]], 1)
    y = linear(norm(x, w, f"{name}.layer_norm2"), w, f"{name}.mlp.fc1")
    x = x + linear(y * torch.sigmoid(1.702 * y), w, f"{name}.mlp.fc2")
    return torch.cat([x[:, :1], x[:, 1 + many :]], 1)


def embed(pixels, w, form):
    p, weight = state["patch"], w[f"{VISION}.embeddings.patch_embedding.weight"]
    if form == "published":
        x = F.conv2d(pixels, weight, stride=p).flatten(2).transpose(1, 2)
    else:
        b, c, s, _ = pixels.shape
        rows = pixels.reshape(b, c, s // p, p, s // p, p).permute(0, 2, 4, 1, 3, 5).reshape(b, (s // p) ** 2, -1)
        x = rows @ weight.flatten(1).t()
    first = w[f"{VISION}.embeddings.class_embedding"].expand(len(x), 1, -1)
    return torch.cat([first, x], 1) + w[f"{VISION}.embeddings.position_embedding.weight"]


def logits(form):
    w, p, pixels = state["plain"], state["p"], state["pixels"]
    clips, frames = pixels.shape[:2]
    x = embed(pixels.flatten(0, 1), w, form) + p["visual.time"].repeat(clips, 1)[:, None]
    x = norm(x, w, f"{VISION}.pre_layrnorm")
    for i in range(state["layers"]):
        groups = prompts(x, clips, frames, f"visual.layers.{i}")
        name = f"{VISION}.encoder.layers.{i}"
        last = i == state["layers"] - 1
        x = published_block(x, groups, name) if form == "published" else beside_block(x, groups, name, 1 if last else x.shape[1])
    seen = norm(x[:, 0], w, f"{VISION}.post_layernorm") @ w["visual_projection.weight"].t()
    video = F.normalize(seen.view(clips, frames, -1).mean(1), dim=-1)
    return video @ state["texts"].t() * p["logitScale"].exp()


def step(form):
    optimizer = state["optimizer"]
    start = clock()
    loss = F.cross_entropy(logits(form), state["labels"])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    value = loss.item()
    return {"seconds": clock() - start, "loss": value}


serve({"load": load, "step": step})
