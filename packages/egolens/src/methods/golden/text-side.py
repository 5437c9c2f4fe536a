"""Golden numbers for the methods that learn on the text side or behind the towers; made with PyTorch 1.13.1 on the CPU:

    python3 text-side.py > text-side.json  (then biome check --write)

Written from the papers and the published code's configuration, every text as a whole sequence of full length. Tensors
are sin(start + step i + 0.013 i^2) times scale for the i-th number; text-side.testing.ts makes the same ones.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

WIDTH, LAYERS, HEADS, HIDDEN, VOCABULARY, CONTEXT, JOINT = 12, 2, 3, 48, 20, 16, 32
START, END = 18, 19
NAMES = [[3], [4, 5], [7], [8, 9, 3]]
LABELS = torch.tensor([1, 3, 0])
B, N = 3, 4
SCALE = 10.0


def formula(shape, step=0.37, start=0.1, scale=1.0):
    i = torch.arange(math.prod(shape))
    return (torch.sin(step * i + 0.013 * i * i + start) * scale).reshape(shape)


def affine(name, shape):
    return [(f"{name}.weight", shape), (f"{name}.bias", [shape[0]])]


def text_weights():
    t = "text_model"
    listed = [(f"{t}.token", [VOCABULARY, WIDTH]), (f"{t}.position", [CONTEXT, WIDTH])]
    for i in range(LAYERS):
        listed += affine(f"{i}.norm1", [WIDTH])
        for part in ("q", "k", "v", "out"):
            listed += affine(f"{i}.{part}", [WIDTH, WIDTH])
        listed += affine(f"{i}.norm2", [WIDTH])
        listed += affine(f"{i}.fc1", [HIDDEN, WIDTH]) + affine(f"{i}.fc2", [WIDTH, HIDDEN])
    listed += affine("final", [WIDTH]) + [("projection", [JOINT, WIDTH])]
    weights = {}
    for k, (name, shape) in enumerate(listed):
        weights[name] = formula(shape, 0.37, 1.3 * k, 0.3)
        if "norm" in name or "final" in name:
            weights[name] += 1.0 if name.endswith("weight") else 0.0
    return weights


W = text_weights()


def lin(x, p, name):
    return F.linear(x, p[f"{name}.weight"], p.get(f"{name}.bias"))


def ln(x, p, name):
    return F.layer_norm(x, (x.shape[-1],), p[f"{name}.weight"], p[f"{name}.bias"])


def attend(q, k, v, heads, mask):
    b, n, d = q.shape
    q, k, v = [part.reshape(b, n, heads, d // heads).transpose(1, 2) for part in (q, k, v)]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // heads)
    return ((scores + mask).softmax(-1) @ v).transpose(1, 2).reshape(b, n, d)


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def tower(x, ends):
    """Embeddings [K, CONTEXT, WIDTH] without positions -> [K, JOINT]."""
    x = x + W["text_model.position"]
    mask = torch.full((CONTEXT, CONTEXT), -math.inf).triu(1)
    for i in range(LAYERS):
        y = ln(x, W, f"{i}.norm1")
        seen = attend(lin(y, W, f"{i}.q"), lin(y, W, f"{i}.k"), lin(y, W, f"{i}.v"), HEADS, mask)
        x = x + lin(seen, W, f"{i}.out")
        x = x + lin(quick_gelu(lin(ln(x, W, f"{i}.norm2"), W, f"{i}.fc1")), W, f"{i}.fc2")
    x = ln(x, W, "final")
    return x[torch.arange(len(x)), torch.tensor(ends)] @ W["projection"].t()


def embed(ids):
    return W["text_model.token"][torch.tensor(ids)]


def padded(rows):
    return torch.cat([rows, torch.zeros(CONTEXT - len(rows), WIDTH)])


def plain_texts():
    texts = [padded(embed([START, *name, END])) for name in NAMES]
    return tower(torch.stack(texts), [len(name) + 1 for name in NAMES])


def prompted(context, before):
    """Class texts with learned vectors [n, w], `before` of them before the name: [K, JOINT]."""
    texts = []
    for name in NAMES:
        tokens = embed([START, *name, END])
        parts = [tokens[:1], context[:before], tokens[1:-1], context[before:], tokens[-1:]]
        texts.append(padded(torch.cat(parts)))
    return tower(torch.stack(texts), [len(name) + 1 + len(context) for name in NAMES])


def temporal(frames, p, layers, heads):
    x = frames + p["temporal.positions"]
    for i in range(layers):
        name = f"temporal.blocks.{i}"
        qkv = F.linear(ln(x, p, f"{name}.ln_1"), p[f"{name}.attn.in_proj_weight"], p[f"{name}.attn.in_proj_bias"])
        x = x + lin(attend(*qkv.chunk(3, -1), heads, torch.zeros(1)), p, f"{name}.attn.out_proj")
        x = x + lin(quick_gelu(lin(ln(x, p, f"{name}.ln_2"), p, f"{name}.mlp.c_fc")), p, f"{name}.mlp.c_proj")
    return x.mean(1)


def temporal_shapes(layers, ratio):
    d, shapes = JOINT, {"temporal.positions": [N, JOINT]}
    for i in range(layers):
        name, h = f"temporal.blocks.{i}", int(JOINT * ratio)
        shapes.update(
            {
                f"{name}.ln_1.weight": [d],
                f"{name}.ln_1.bias": [d],
                f"{name}.attn.in_proj_weight": [3 * d, d],
                f"{name}.attn.in_proj_bias": [3 * d],
                f"{name}.attn.out_proj.weight": [d, d],
                f"{name}.attn.out_proj.bias": [d],
                f"{name}.ln_2.weight": [d],
                f"{name}.ln_2.bias": [d],
                f"{name}.mlp.c_fc.weight": [h, d],
                f"{name}.mlp.c_fc.bias": [h],
                f"{name}.mlp.c_proj.weight": [d, h],
                f"{name}.mlp.c_proj.bias": [d],
            }
        )
    return shapes


def unit(x):
    return F.normalize(x, dim=-1)


def coop(p, frames):
    return SCALE * unit(frames.mean(1)) @ unit(prompted(p["noun.context"], len(p["noun.context"]))).t()


def coop_middle(p, frames):
    return SCALE * unit(frames.mean(1)) @ unit(prompted(p["noun.context"], 1)).t()


def meta_net(x, p):
    return lin(lin(x, p, "noun.metaNet.linear1").relu(), p, "noun.metaNet.linear2")


def cocoop(p, frames, condition, scale):
    rows = []
    for video, bias in zip(unit(frames.mean(1)), meta_net(condition, p)):
        context = p["noun.learned.context"] + bias
        rows.append(video @ unit(prompted(context, len(context))).t())
    return scale * torch.stack(rows)


def cocoop_original(p, frames):
    return cocoop(p, frames, unit(frames.mean(1)), SCALE)


def cocoop_x_mic(p, frames):
    return cocoop(p, frames, temporal(unit(frames), p, 1, 8), p["logitScale"].exp())


def adapter(x, p, name):
    return lin(lin(x, p, f"{name}.down").relu(), p, f"{name}.up").relu()


def clip_adapter(p, frames):
    x = frames.mean(1)
    return SCALE * unit(0.2 * adapter(x, p, "visual") + 0.8 * x) @ unit(plain_texts()).t()


def clip_adapter_x_mic(p, frames):
    texts = plain_texts()
    video = unit(0.8 * adapter(unit(frames).mean(1), p, "visual") + 0.2 * frames.mean(1))
    return p["logitScale"].exp() * video @ unit(0.8 * adapter(texts, p, "text") + 0.2 * texts).t()


def clip_adapter_temporal(p, frames):
    video = unit(0.2 * adapter(temporal(frames, p, 2, 8), p, "visual") + 0.8 * frames.mean(1))
    return SCALE * video @ unit(plain_texts()).t()


def a5(p, frames, prefix=3, postfix=4):
    texts, ends = [], []
    for name in NAMES:
        tokens = embed([START, *name, END])
        text = p["noun.table"] * 1.0
        end = prefix + len(name) + postfix + 1
        text = torch.cat([tokens[:1], text[1 : prefix + 1], tokens[1:-1], text[prefix + len(name) + 1 :]])
        text = torch.cat([text[:end], tokens[-1:], text[end + 1 :]])
        texts.append(text)
        ends.append(end)
    video = unit(temporal(frames, p, 2, 8))
    return video @ unit(tower(torch.stack(texts), ends)).t() / 0.07


META = {
    "noun.metaNet.linear1.weight": [JOINT // 16, JOINT],
    "noun.metaNet.linear1.bias": [JOINT // 16],
    "noun.metaNet.linear2.weight": [WIDTH, JOINT // 16],
    "noun.metaNet.linear2.bias": [WIDTH],
}


def adapter_shapes(name):
    return {f"{name}.down.weight": [JOINT // 4, JOINT], f"{name}.up.weight": [JOINT, JOINT // 4]}


CASES = {
    "coop": (coop, {"noun.context": [3, WIDTH]}),
    "coop middle": (coop_middle, {"noun.context": [3, WIDTH]}),
    "cocoop original": (cocoop_original, {"noun.learned.context": [4, WIDTH], **META}),
    "cocoop x-mic temporal": (
        cocoop_x_mic,
        {"noun.learned.context": [4, WIDTH], **META, **temporal_shapes(1, 4), "logitScale": []},
    ),
    "clip-adapter original": (clip_adapter, adapter_shapes("visual")),
    "clip-adapter x-mic": (
        clip_adapter_x_mic,
        {**adapter_shapes("visual"), **adapter_shapes("text"), "logitScale": []},
    ),
    "clip-adapter-temporal": (clip_adapter_temporal, {**temporal_shapes(2, 4), **adapter_shapes("visual")}),
    "a5": (a5, {"noun.table": [CONTEXT, WIDTH], **temporal_shapes(2, 4)}),
}


def run(forward, shapes):
    parameters = {}
    for i, name in enumerate(sorted(shapes)):
        parameters[name] = formula(shapes[name], 0.61, 0.2 + 0.05 * i, 0.3).requires_grad_()
    frames = formula([B, N, JOINT], 0.43, 0.3, 3.0)
    logits = forward(parameters, frames)
    loss = F.cross_entropy(logits, LABELS)
    loss.backward()
    norms = {name: parameter.grad.norm().item() for name, parameter in parameters.items()}
    return {"logits": logits.tolist(), "loss": loss.item(), "gradientNorms": norms}


print(json.dumps({name: run(*case) for name, case in CASES.items()}))
