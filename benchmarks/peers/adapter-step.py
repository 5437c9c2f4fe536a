"""X-MIC's training step in PyTorch: the same operators, the same closed form, the same foreach AdamW."""

import torch
import torch.nn.functional as F
from common import clock, read_safetensors, serve

HEADS = 4
state = {}


def load(path):
    tensors = read_safetensors(path)
    names = ["texts", "labels", "hand", "full"]
    given = {name: tensors.pop(name) for name in names}
    frozen = {"lambda": tensors.pop("lambda")}
    params = {name: tensor.requires_grad_() for name, tensor in tensors.items()}
    optimizer = torch.optim.AdamW(params.values(), lr=5e-4, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    state.update(given=given, params={**params, **frozen}, optimizer=optimizer)
    return {}


def attention(x, p, name):
    b, n, d = x.shape
    qkv = F.linear(x, p[f"{name}.in_proj_weight"], p[f"{name}.in_proj_bias"]).chunk(3, -1)
    q, k, v = [part.view(b, n, HEADS, d // HEADS).permute(0, 2, 1, 3) for part in qkv]
    weights = (q * (d // HEADS) ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
    joined = (weights @ v).permute(0, 2, 1, 3).flatten(2)
    return F.linear(joined, p[f"{name}.out_proj.weight"], p[f"{name}.out_proj.bias"])


def block(x, p, name):
    d = (x.shape[-1],)
    x = x + attention(F.layer_norm(x, d, p[f"{name}.ln_1.weight"], p[f"{name}.ln_1.bias"]), p, f"{name}.attn")
    h = F.layer_norm(x, d, p[f"{name}.ln_2.weight"], p[f"{name}.ln_2.bias"])
    h = F.linear(h, p[f"{name}.mlp.c_fc.weight"], p[f"{name}.mlp.c_fc.bias"])
    h = h * torch.sigmoid(1.702 * h)
    return x + F.linear(h, p[f"{name}.mlp.c_proj.weight"], p[f"{name}.mlp.c_proj.bias"])


def logits(p, texts, hand, full):
    video = F.normalize(hand.mean(1), dim=-1)
    views = [F.normalize(x, dim=-1) for x in (hand, full)]
    x = torch.stack(views, 2)
    b, n, v, d = x.shape
    x = block(x.flatten(0, 1), p, "adapter.spatial.0").view(b, n, v, d).mean(2)
    x = x + p["adapter.positions"]
    for layer in (0, 1):
        x = block(x, p, f"adapter.temporal.{layer}")
    x = x.mean(1)
    x = F.linear(x, p["adapter.metaNet.linear1.weight"], p["adapter.metaNet.linear1.bias"]).relu()
    x = F.linear(x, p["adapter.metaNet.linear2.weight"], p["adapter.metaNet.linear2.bias"]).relu()
    a = x * p["lambda"]
    dot = video @ texts.t() + (video * a).sum(-1, keepdim=True)
    squared = (a @ texts.t()) * 2 + (texts * texts).sum(-1) + (a * a).sum(-1, keepdim=True)
    return dot * squared.clamp(min=1e-12).rsqrt() * p["logitScale"].exp()


def step(steps):
    given, optimizer = state["given"], state["optimizer"]
    labels = given["labels"]
    start = clock()
    for _ in range(steps):
        loss = F.cross_entropy(logits(state["params"], given["texts"], given["hand"], given["full"]), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = loss.item()
    return {"seconds": (clock() - start) / steps, "loss": value}


serve({"load": load, "step": step})
