"""EgoPrompt's second stage in PyTorch: the same operators, the same algebra, the same foreach AdamW."""

import torch
import torch.nn.functional as F
from common import clock, read_safetensors, serve

HEADS = 8
COMPONENTS = ["verb", "noun"]
TOP_N, TAU, BETA, DECAY, WEIGHT = 4, 0.1, 0.1, 0.99, 0.1
state = {}


def load(path):
    tensors = read_safetensors(path)
    given = {name: tensors.pop(name) for name in list(tensors) if name.split(".")[0] in ("texts", "labels", "frames")}
    buffers = {name: tensors.pop(f"pool.{name}") for name in ("frequency", "usage")}
    params = {name: tensor for name, tensor in tensors.items() if not name.startswith("prompts.")}
    for tensor in params.values():
        tensor.requires_grad_()
    part = lambda *prefixes: [tensor for name, tensor in params.items() if name.split(".")[0] in prefixes]
    groups = [{"params": part("heads"), "lr": 5e-5}, {"params": part("pool", "fusion"), "lr": 5e-4}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    state.update(given=given, params=params, buffers=buffers, optimizer=optimizer)
    return {}


def norm(x, p, name):
    return F.layer_norm(x, (x.shape[-1],), p[f"{name}.weight"], p[f"{name}.bias"])


def attend(q, k, v, p, name):
    b, n, d = q.shape
    split = lambda x: x.view(b, -1, HEADS, d // HEADS).permute(0, 2, 1, 3)
    q, k, v = split(q), split(k), split(v)
    weights = (q * (d // HEADS) ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
    joined = (weights @ v).permute(0, 2, 1, 3).flatten(2)
    return F.linear(joined, p[f"{name}.out_proj.weight"], p[f"{name}.out_proj.bias"])


def block(x, p, name):
    h = norm(x, p, f"{name}.ln_1")
    qkv = F.linear(h, p[f"{name}.attn.in_proj_weight"], p[f"{name}.attn.in_proj_bias"]).chunk(3, -1)
    x = x + attend(*qkv, p, f"{name}.attn")
    h = F.linear(norm(x, p, f"{name}.ln_2"), p[f"{name}.mlp.c_fc.weight"], p[f"{name}.mlp.c_fc.bias"])
    h = h * torch.sigmoid(1.702 * h)
    return x + F.linear(h, p[f"{name}.mlp.c_proj.weight"], p[f"{name}.mlp.c_proj.bias"])


def head(frames, p, name):
    x = frames + p[f"{name}.positions"]
    for layer in (0, 1):
        x = block(x, p, f"{name}.blocks.{layer}")
    return frames.mean(1) + x.mean(1)


def off_diagonal(rows):
    unit = F.normalize(rows.flatten(1), dim=-1)
    return (unit @ unit.t() - torch.eye(rows.shape[0])).pow(2).sum()


def forward(p, buffers, frames, texts):
    own = torch.stack([head(frames, p, f"heads.{c}") for c in COMPONENTS])
    keys = p["pool.keys"]
    size = keys.shape[0]
    queries = F.normalize(F.linear(norm(own, p, "pool.norm"), p["pool.query.weight"]), dim=-1)
    scores = queries @ F.normalize(keys, dim=-1).t()
    with torch.no_grad():
        chosen = (scores - (buffers["frequency"] * size - 1) * BETA).topk(TOP_N, -1)[1]
        counts = chosen.flatten().bincount(minlength=size).float()
        buffers["frequency"].mul_(DECAY).add_(counts / chosen.numel() * (1 - DECAY))
        buffers["usage"].mul_(DECAY).add_((scores / TAU).softmax(-1).mean((0, 1)) * (1 - DECAY))
    weights = (scores.gather(-1, chosen) / TAU).softmax(-1)

    prompts = p["pool.values"][None] + p["pool.types"][:, None, None]
    rows = norm(prompts, p, "fusion.norm").flatten(0, 1)
    starts = torch.arange(len(COMPONENTS)).view(-1, 1, 1) * size
    picked = rows.index_select(0, (chosen + starts).flatten()).view(*chosen.shape, *rows.shape[1:])
    patterns = (picked * weights[..., None, None]).flatten(2, 3)
    each = torch.cat([norm(own, p, "fusion.norm").unsqueeze(2), patterns], 2)
    tokens = each.transpose(0, 1).flatten(1, 2)
    wq, wk, wv = p["fusion.attn.in_proj_weight"].chunk(3)
    bq, bk, bv = p["fusion.attn.in_proj_bias"].chunk(3)
    q = F.linear(norm(own, p, "fusion.queryNorm").transpose(0, 1), wq, bq)
    fused = attend(q, F.linear(tokens, wk, bk), F.linear(tokens, wv, bv), p, "fusion.attn").transpose(0, 1)

    usage = (scores / TAU).softmax(-1).mean((0, 1))
    freq = (usage * (usage * size).clamp(min=1e-30).log()).sum()
    orth = (off_diagonal(keys) + off_diagonal(p["pool.values"])) / (size * (size - 1))
    pull = 1 - (queries.detach() @ F.normalize(keys, dim=-1).t()).gather(-1, chosen).mean()
    logits = []
    for i, c in enumerate(COMPONENTS):
        video = F.normalize(own[i] + fused[i] * p["fusion.gamma"][i], dim=-1)
        logits.append(video @ texts[c].t() * 100)
    return logits, WEIGHT * (freq + orth + pull)


def step(steps):
    given, optimizer = state["given"], state["optimizer"]
    texts = {c: given[f"texts.{c}"] for c in COMPONENTS}
    start = clock()
    for _ in range(steps):
        logits, aux = forward(state["params"], state["buffers"], given["frames"], texts)
        loss = sum(F.cross_entropy(x, given[f"labels.{c}"]) for c, x in zip(COMPONENTS, logits)) + aux
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = loss.item()
    return {"seconds": (clock() - start) / steps, "loss": value}


serve({"load": load, "step": step})
