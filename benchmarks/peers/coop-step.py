"""CoOp's training step in PyTorch: the same folded weights, the same shared prefix, the same chunks, foreach SGD."""

import math

import torch
import torch.nn.functional as F
from common import clock, read_safetensors, serve

TEXT = "text_model"
state = {}


def load(weights, given, heads, chunk):
    w = read_safetensors(weights)
    inputs = read_safetensors(given)
    context = inputs.pop("context").requires_grad_()
    optimizer = torch.optim.SGD([context], lr=2e-3, momentum=0.9, weight_decay=5e-4, foreach=True)
    w = {name: tensor for name, tensor in w.items() if name.startswith("text_")}
    state.update(heads=heads, chunk=chunk, w=fold(w, heads), context=context, optimizer=optimizer, **inputs)
    return {}


def fold(w, heads):
    """The query's scale and QuickGELU's 1.702 into the weights; query, key and value as one matrix."""
    i = 0
    while f"{TEXT}.encoder.layers.{i}.mlp.fc1.weight" in w:
        name = f"{TEXT}.encoder.layers.{i}"
        scale = (w[f"{name}.self_attn.q_proj.weight"].shape[0] // heads) ** -0.5
        for part in ("weight", "bias"):
            q, k, v = [w.pop(f"{name}.self_attn.{which}_proj.{part}") for which in "qkv"]
            w[f"{name}.qkv.{part}"] = torch.cat([q * scale, k, v])
            w[f"{name}.mlp.fc1.{part}"] = w[f"{name}.mlp.fc1.{part}"] * 1.702
        w[f"{name}.mlp.fc2.weight"] = w[f"{name}.mlp.fc2.weight"] / 1.702
        i += 1
    state["layers"] = i
    return w


def linear(x, w, name):
    return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def norm(x, w, name):
    return F.layer_norm(x, (x.shape[-1],), w[f"{name}.weight"], w[f"{name}.bias"])


def project(x, w, name):
    """[rows, W] in any shape -> query, key, value, [heads, rows, W / heads] each."""
    d, h = x.shape[-1], state["heads"]
    parts = linear(norm(x, w, f"{name}.layer_norm1"), w, f"{name}.qkv")
    return parts.view(-1, 3, h, d // h).permute(1, 2, 0, 3).contiguous().unbind(0)


def finish(x, seen, w, name):
    x = x + linear(seen.transpose(0, 1).reshape(x.shape), w, f"{name}.self_attn.out_proj")
    return x + linear(F.silu(linear(norm(x, w, f"{name}.layer_norm2"), w, f"{name}.mlp.fc1")), w, f"{name}.mlp.fc2")


def causal(n):
    return torch.full((n, n), -math.inf).triu(1)


def tower(prefix, rest, ends):
    """prefix [P, W], rest [K, R, W], both with positions -> [K, D] at `ends` of the rest."""
    w, h = state["w"], state["heads"]
    p = prefix.shape[0]
    k, r, d = rest.shape
    for i in range(state["layers"]):
        name = f"{TEXT}.encoder.layers.{i}"
        pq, pk, pv = project(prefix, w, name)
        q, key, value = project(rest, w, name)
        if i < state["layers"] - 1:
            seen = torch.bmm((torch.bmm(pq, pk.transpose(1, 2)) + causal(p)).softmax(-1), pv)
            prefix = finish(prefix, seen, w, name)
        each = lambda x: x.view(h * k, r, d // h)
        before = torch.bmm(q, pk.transpose(1, 2)).view(h * k, r, p)
        own = torch.bmm(each(q), each(key).transpose(1, 2)) + causal(r)
        weights = torch.cat([before, own], -1).softmax(-1)
        seen = torch.bmm(weights[:, :, :p].reshape(h, k * r, p), pv)
        seen = torch.baddbmm(each(seen), weights[:, :, p:], each(value))
        rest = finish(rest, seen.view(h, k * r, d // h), w, name)
    pooled = rest[torch.arange(k), ends]
    return norm(pooled, w, f"{TEXT}.final_layer_norm") @ w["text_projection.weight"].t()


def texts():
    w, context, ids, ends = state["w"], state["context"], state["ids"], state["ends"]
    positions = w[f"{TEXT}.embeddings.position_embedding.weight"]
    table = w[f"{TEXT}.embeddings.token_embedding.weight"]
    n = context.shape[0]
    order = sorted(range(len(ends)), key=lambda k: int(ends[k]))
    found = []
    for at in range(0, len(order), state["chunk"]):
        chunk = torch.tensor(order[at : at + state["chunk"]])
        length = int(ends[chunk].max())
        prefix = torch.cat([table[ids[0, :1]], context]) + positions[: n + 1]
        rest = table[ids[chunk, 1 : length + 1]] + positions[n + 1 : n + 1 + length]
        found.append(tower(prefix, rest, ends[chunk] - 1))
    back = torch.empty(len(order), dtype=torch.int64)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(found)[back]


def step():
    optimizer = state["optimizer"]
    start = clock()
    video = F.normalize(state["full"].mean(1), dim=-1)
    loss = F.cross_entropy(100 * video @ F.normalize(texts(), dim=-1).t(), state["labels"])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return {"loss": loss.item(), "seconds": clock() - start}


serve({"load": load, "step": step})
