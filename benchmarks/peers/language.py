"""A decoder of Mistral's architecture written plainly in PyTorch: a prompt, tokens one by one, a training step of LoRA."""

import math

import torch
import torch.nn.functional as F
from common import clock, read_safetensors, serve

state = {}


def load(path, config):
    w = read_safetensors(path)
    state.update(config, w=w, prefix=w.pop("prefix"), lora={})
    return {}


def norm(x, name):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + state["eps"]) * state["w"][f"{name}.weight"]


def linear(x, name):
    y = F.linear(x, state["w"][f"{name}.weight"])
    a = state["lora"].get(f"{name}.lora_A.weight")
    if a is None:
        return y
    return y + F.linear(F.linear(x, a), state["lora"][f"{name}.lora_B.weight"]) * state["scale"]


def angles(start, end, width):
    rates = state["theta"] ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    turns = torch.arange(start, end, dtype=torch.float32)[:, None] * rates
    turns = torch.cat([turns, turns], -1)
    return turns.cos(), turns.sin()


def rotate(x, turns):
    first, second = x.chunk(2, -1)
    return x * turns[0] + torch.cat([-second, first], -1) * turns[1]


def attention(x, name, turns, mask, cache):
    b, n, d = x.shape
    heads, groups = state["heads"], state["groups"]
    split = lambda y, h: y.view(b, n, h, d // heads).transpose(1, 2)
    q = rotate(split(linear(x, f"{name}.q_proj"), heads), turns)
    k = rotate(split(linear(x, f"{name}.k_proj"), groups), turns)
    v = split(linear(x, f"{name}.v_proj"), groups)
    if cache is not None:
        k, v = cache.append(name, k, v)
    k, v = [y.repeat_interleave(heads // groups, 1) for y in (k, v)]
    scores = q @ k.transpose(2, 3) / math.sqrt(d // heads)
    if mask is not None:
        scores = scores + mask
    return linear((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, d), f"{name}.o_proj")


def forward(x, cache=None):
    start = cache.length if cache else 0
    n = x.shape[1]
    turns = angles(start, start + n, x.shape[-1] // state["heads"])
    mask = torch.full((n, start + n), -math.inf).triu(start + 1) if n > 1 else None
    for i in range(state["layers"]):
        name = f"model.layers.{i}"
        x = x + attention(norm(x, f"{name}.input_layernorm"), f"{name}.self_attn", turns, mask, cache)
        y = norm(x, f"{name}.post_attention_layernorm")
        gated = F.silu(linear(y, f"{name}.mlp.gate_proj")) * linear(y, f"{name}.mlp.up_proj")
        x = x + linear(gated, f"{name}.mlp.down_proj")
    if cache:
        cache.length += n
    return norm(x, "model.norm")


class Cache:
    """Keys and values in memory that is taken ahead."""

    def __init__(self, capacity):
        self.length, self.capacity, self.kept = 0, capacity, {}

    def __bool__(self):
        return True

    def append(self, name, k, v):
        if name not in self.kept:
            shape = (k.shape[0], k.shape[1], self.capacity, k.shape[3])
            self.kept[name] = (torch.empty(shape), torch.empty(shape))
        end = self.length + k.shape[2]
        for held, new in zip(self.kept[name], (k, v)):
            held[:, :, self.length : end] = new
        return [held[:, :, :end] for held in self.kept[name]]


def surprise(hidden, id):
    return -F.linear(hidden, state["w"]["lm_head.weight"]).log_softmax(-1)[0, -1, id].item()


@torch.no_grad()
def prefill(id):
    start = clock()
    hidden = forward(state["prefix"], Cache(state["prefix"].shape[1]))
    loss = surprise(hidden[:, -1:], id)
    return {"loss": loss, "seconds": clock() - start}


@torch.no_grad()
def decode(ids):
    length = state["prefix"].shape[1]
    if "cache" not in state:
        state["cache"] = Cache(length + len(ids))
        forward(state["prefix"], state["cache"])
    cache, table = state["cache"], state["w"]["model.embed_tokens.weight"]
    start = clock()
    loss = 0.0
    for id, following in zip(ids, ids[1:]):
        loss += surprise(forward(table[torch.tensor([[id]])], cache), following)
    seconds = (clock() - start) / (len(ids) - 1)
    cache.length = length
    return {"loss": loss, "seconds": seconds}


def lora(path, scale, lr, decay):
    w = read_safetensors(path)
    state.update(input=w.pop("input"), labels=w.pop("labels"), scale=scale)
    state["lora"] = {name: tensor.requires_grad_() for name, tensor in w.items()}
    state["optimizer"] = torch.optim.AdamW(state["lora"].values(), lr=lr, weight_decay=decay, foreach=True)
    return {}


def step():
    optimizer = state["optimizer"]
    start = clock()
    optimizer.zero_grad(set_to_none=True)
    hidden = forward(state["input"])[:, :-1].flatten(0, 1)
    labels = state["labels"][:, 1:].flatten()
    places = (labels != -100).nonzero().squeeze(1)
    logits = F.linear(hidden[places], state["w"]["lm_head.weight"])
    loss = F.cross_entropy(logits, labels[places])
    loss.backward()
    optimizer.step()
    return {"loss": loss.item(), "seconds": clock() - start}


serve({"load": load, "prefill": prefill, "decode": decode, "lora": lora, "step": step})
