"""Golden numbers of EgoPrompt's forward pass, losses and steps; made with torch 1.13.1 on the CPU:

    python3 egoprompt.make.py > egoprompt.json  (then biome check --write)

Written from docs/egoprompt.md, with plain loops over components, clips and chosen pairs. Numbers by the formula of
testing.ts, in the order of the parameters' names.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

B, T, D, W, CONTEXT, HEADS, FUSION_HEADS, M, N, LENGTH = 3, 2, 8, 6, 3, 2, 2, 5, 2, 3
NAMES = {"verb": ["take", "put", "cut"], "noun": ["cup", "pan", "knife", "tap"]}
LABELS = {"verb": torch.tensor([0, 2, 1]), "noun": torch.tensor([3, 0, 2])}
SCALE = 100.0


def formula(shape, step=0.37, start=0.1, scale=1.0):
    n = math.prod(shape)
    i = torch.arange(n)
    return (torch.sin(step * i + 0.013 * i * i + start) * scale).float().double().reshape(shape)


def shapes(o):
    found = {}

    def block(name):
        found.update({f"{name}.ln_1.weight": [D], f"{name}.ln_1.bias": [D]})
        attention(f"{name}.attn")
        found.update({f"{name}.ln_2.weight": [D], f"{name}.ln_2.bias": [D]})
        mlp(f"{name}.mlp")

    def attention(name):
        found.update({f"{name}.in_proj_weight": [3 * D, D], f"{name}.in_proj_bias": [3 * D]})
        found.update({f"{name}.out_proj.weight": [D, D], f"{name}.out_proj.bias": [D]})

    def mlp(name):
        found.update({f"{name}.c_fc.weight": [4 * D, D], f"{name}.c_fc.bias": [4 * D]})
        found.update({f"{name}.c_proj.weight": [D, 4 * D], f"{name}.c_proj.bias": [D]})

    components = o["components"]
    for c in components:
        found[f"prompts.{c}.context"] = [CONTEXT, W]
        found[f"heads.{c}.positions"] = [T * (2 if o["input"] == "both" else 1), D]
        for layer in range(2):
            block(f"heads.{c}.blocks.{layer}")
    if o["pool"]:
        found["pool.keys"] = [M, D]
        for name in ["values"] if o["pair"] == "key_value" else components:
            found[f"pool.{name}"] = [M, LENGTH, D]
        found.update({"pool.types": [len(components), D], "pool.query.weight": [D, D]})
        found.update({"pool.norm.weight": [D], "pool.norm.bias": [D]})
    found.update({"fusion.norm.weight": [D], "fusion.norm.bias": [D]})
    if o["interaction"]:
        if o["attention"] == "cross":
            found.update({"fusion.queryNorm.weight": [D], "fusion.queryNorm.bias": [D]})
        attention("fusion.attn")
    if o["ffn"]:
        found.update({"fusion.ffnNorm.weight": [D], "fusion.ffnNorm.bias": [D]})
        mlp("fusion.ffn")
    if o["inject"] != "text":
        found["fusion.gamma"] = [len(components)]
    if o["inject"] != "video":
        found["fusion.gammaText"] = [len(components)]
    return found


def parameters(o):
    return {
        name: formula(shape, step=0.61, start=0.2 + 0.05 * i, scale=0.5).requires_grad_()
        for i, (name, shape) in enumerate(sorted(shapes(o).items()))
    }


def norm(p, name, x):
    return F.layer_norm(x, (D,), p[f"{name}.weight"], p[f"{name}.bias"])


def attend(p, name, queries, tokens, heads, allowed):
    """One head, one query at a time; allowed[q][k] says who may be looked at."""
    wq, wk, wv = p[f"{name}.in_proj_weight"].chunk(3)
    bq, bk, bv = p[f"{name}.in_proj_bias"].chunk(3)
    size = D // heads
    rows = []
    for b in range(queries.shape[0]):
        outs = []
        for i in range(queries.shape[1]):
            keep = [k for k in range(tokens.shape[1]) if allowed(i, k)]
            q = wq @ queries[b, i] + bq
            ks = tokens[b, keep] @ wk.t() + bk
            vs = tokens[b, keep] @ wv.t() + bv
            parts = []
            for h in range(heads):
                s = slice(h * size, (h + 1) * size)
                weights = (ks[:, s] @ q[s] / math.sqrt(size)).softmax(0)
                parts.append(weights @ vs[:, s])
            outs.append(p[f"{name}.out_proj.weight"] @ torch.cat(parts) + p[f"{name}.out_proj.bias"])
        rows.append(torch.stack(outs))
    return torch.stack(rows)


def mlp(p, name, x):
    h = F.linear(x, p[f"{name}.c_fc.weight"], p[f"{name}.c_fc.bias"])
    return F.linear(h * torch.sigmoid(1.702 * h), p[f"{name}.c_proj.weight"], p[f"{name}.c_proj.bias"])


def head(p, c, frames):
    name = f"heads.{c}"
    x = frames + p[f"{name}.positions"]
    for layer in range(2):
        at = f"{name}.blocks.{layer}"
        normed = norm(p, f"{at}.ln_1", x)
        x = x + attend(p, f"{at}.attn", normed, normed, HEADS, lambda q, k: True)
        x = x + mlp(p, f"{at}.mlp", norm(p, f"{at}.ln_2", x))
    return frames.mean(1) + x.mean(1)


def texts(p, c):
    """The stand-in tower: a position's weight is cos(0.3 position), up to the end token."""
    table = formula([64, W], step=0.71)
    projection = formula([W, D], step=0.53, start=0.4)
    rows = []
    for name in NAMES[c]:
        tokens = [table[1], *p[f"prompts.{c}.context"], *[table[ord(letter) % 60] for letter in name], table[2]]
        rows.append(sum(math.cos(0.3 * i) * token for i, token in enumerate(tokens)) @ projection)
    return F.normalize(torch.stack(rows), dim=-1)


def frames_of(o):
    full = formula([B, T, D], step=0.43, start=0.3, scale=3)
    hand = formula([B, T, D], step=0.29, start=0.7, scale=3)
    frames = {"full": full, "hand": hand, "both": torch.stack([hand, full], 2).reshape(B, 2 * T, D)}[o["input"]]
    return F.normalize(frames, dim=-1) if o["frameNorm"] == "l2" else frames


def decompose(p, o, r, f, training):
    q = F.normalize(norm(p, "pool.norm", r) @ p["pool.query.weight"].t(), dim=-1)
    keys = F.normalize(p["pool.keys"], dim=-1)
    s = q @ keys.t()
    judged = s
    if training and o["freq"] in ("kl", "l2"):
        judged = s - o["penalty"] * (f * M - 1)
    if training and o["freq"] == "l2p":
        judged = -(1 - s) * f
    chosen = judged.topk(N, -1)[1]
    pulled = s if o["pullTo"] == "both" else q.detach() @ keys.t()
    return s, chosen, pulled


def patterns(p, o, components, c, s, chosen):
    """Pattern tokens of one component, [B, N P, d]."""
    rows = []
    for b in range(B):
        weights = (s[b, chosen[b]] / 0.1).softmax(0)
        tokens = []
        for w, m in zip(weights, chosen[b]):
            if o["pair"] == "key_value":
                prompt = p["pool.values"][m] + p["pool.types"][components.index(c)]
            else:
                prompt = torch.cat([p[f"pool.{k}"][m] + p["pool.types"][i] for i, k in enumerate(components)])
            after = o["weigh"] == "after_norm"
            tokens.append(norm(p, "fusion.norm", prompt) * w if after else norm(p, "fusion.norm", prompt * w))
        rows.append(torch.cat(tokens))
    return torch.stack(rows)


def orthogonality(rows):
    unit = F.normalize(rows.flatten(1), dim=-1)
    return (unit @ unit.t() - torch.eye(M)).pow(2).sum() / (M * (M - 1))


def fuse(p, o, own, found):
    components = o["components"]
    if not o["interaction"]:
        per = LENGTH * (2 if o["pair"] == "verb_noun" else 1)
        fused = {c: found[c].sum(1) / per for c in components}
    else:
        parts = [torch.cat([norm(p, "fusion.norm", own[c]).unsqueeze(1), *([found[c]] if found else [])], 1) for c in components]
        tokens = torch.cat(parts, 1)
        each = parts[0].shape[1]
        other = o["attendTo"] == "other"
        if o["attention"] == "cross":
            queries = torch.stack([norm(p, "fusion.queryNorm", own[c]) for c in components], 1)
            out = attend(p, "fusion.attn", queries, tokens, FUSION_HEADS, lambda q, k: not other or k // each != q)
            fused = {c: out[:, i] for i, c in enumerate(components)}
        else:
            out = attend(p, "fusion.attn", tokens, tokens, FUSION_HEADS, lambda q, k: not other or k // each != q // each)
            fused = {c: out[:, i * each : (i + 1) * each].mean(1) for i, c in enumerate(components)}
    if o["ffn"]:
        fused = {c: x + mlp(p, "fusion.ffn", norm(p, "fusion.ffnNorm", x)) for c, x in fused.items()}
    return fused


def forward(p, o, first, f, training=True):
    """Logits by component, weighted losses, and the shares of choices of this batch."""
    components = o["components"]
    frames = frames_of(o)
    own = {c: head(p, c, frames) for c in components}
    video, aux, shares, conditions = dict(own), {}, None, {}
    if not first:
        found = {}
        if o["pool"]:
            parts = {c: decompose(p, o, own[c], f, training) for c in components}
            s = torch.stack([parts[c][0] for c in components])
            chosen = torch.stack([parts[c][1] for c in components])
            pulled = torch.stack([parts[c][2] for c in components])
            found = {c: patterns(p, o, components, c, parts[c][0], parts[c][1]) for c in components}
            u = (s / 0.1).softmax(-1).mean((0, 1))
            if o["freq"] == "kl":
                aux["freq"] = 0.1 * (u * (M * u).log()).sum()
            if o["freq"] == "l2":
                aux["freq"] = 0.1 * (u - 1 / M).pow(2).sum()
            names = ["values"] if o["pair"] == "key_value" else components
            rows = torch.cat([p[f"pool.{name}"].flatten(1) for name in names], 1)
            aux["orth"] = 0.1 * (orthogonality(p["pool.keys"]) + orthogonality(rows))
            aux["pull"] = 0.1 * (1 - pulled.gather(-1, chosen)).mean()
            shares = chosen.flatten().bincount(minlength=M) / chosen.numel()
        fused = fuse(p, o, own, found)
        for i, c in enumerate(components):
            if o["inject"] != "text":
                video[c] = own[c] + p["fusion.gamma"][i] * fused[c]
            if o["inject"] != "video":
                conditions[c] = p["fusion.gammaText"][i] * fused[c]
    logits = {}
    for c in components:
        v = F.normalize(video[c], dim=-1)
        if c in conditions:
            adapted = F.normalize(texts(p, c)[None] + conditions[c][:, None], dim=-1)
            logits[c] = SCALE * (adapted @ v[:, :, None]).squeeze(-1)
        else:
            logits[c] = SCALE * v @ texts(p, c).t()
    return logits, aux, shares


def loss_of(o, logits, aux):
    return sum(F.cross_entropy(logits[c], LABELS[c]) for c in o["components"]) + sum(aux.values(), torch.tensor(0.0))


DEFAULTS = {
    **{"components": ["verb", "noun"], "input": "full", "frameNorm": "none", "pool": True, "pair": "key_value"},
    **{"interaction": True, "attendTo": "both", "attention": "cross", "ffn": False, "weigh": "after_norm"},
    **{"inject": "video", "freq": "kl", "penalty": 0.1, "pullTo": "keys"},
}
VARIANTS = {
    "default": {},
    "hand": {"input": "hand"},
    "both views": {"input": "both"},
    "unit frames": {"frameNorm": "l2"},
    "verb_noun": {"pair": "verb_noun"},
    "other": {"attendTo": "other"},
    "self": {"attention": "self"},
    "self, other": {"attention": "self", "attendTo": "other"},
    "verb_noun, self, other, ffn": {"pair": "verb_noun", "attention": "self", "attendTo": "other", "ffn": True},
    "ffn": {"ffn": True},
    "before_norm": {"weigh": "before_norm"},
    "text": {"inject": "text"},
    "text and video": {"inject": "both"},
    "no interaction": {"interaction": False},
    "no pool": {"pool": False},
    "l2": {"freq": "l2"},
    "l2p": {"freq": "l2p"},
    "none": {"freq": "none"},
    "strong penalty": {"penalty": 5.0},
    "queries pulled": {"pullTo": "both"},
    "noun alone": {"components": ["noun"]},
    "verb alone, self": {"components": ["verb"], "attention": "self"},
}

frequency = torch.arange(1, M + 1).double()
frequency = (frequency / frequency.sum()).float().double()


def first_pass(changes):
    o = {**DEFAULTS, **changes}
    p = parameters(o)
    logits, aux, _ = forward(p, o, False, frequency)
    loss = loss_of(o, logits, aux)
    loss.backward()
    keys = p["pool.keys"].grad.abs().sum().item() if o["pool"] else None
    names = o["components"]
    prompts = {c: p[f"prompts.{c}.context"].grad.abs().sum().item() for c in names}
    heads = {c: p[f"heads.{c}.positions"].grad.abs().sum().item() for c in names}
    tested, _, _ = forward(p, o, False, frequency, training=False)
    return {
        "options": changes,
        "loss": loss.item(),
        "aux": {name: value.item() for name, value in aux.items()},
        "logits": {c: logits[c].tolist() for c in names},
        "tested": {c: tested[c].tolist() for c in names},
        "gradients": {"keys": keys, "prompts": prompts, "heads": heads},
    }


def steps():
    """Four steps of the first stage, five of the second, by one optimiser whose groups a stage slows down or freezes."""
    o = DEFAULTS
    p = parameters(o)
    p["fusion.gamma"].data.zero_()
    part = lambda prefix: [value for name, value in p.items() if name.startswith(prefix)]
    optimizer = torch.optim.AdamW(
        [{"params": part("prompts.")}, {"params": part("heads.")}, {"params": part("pool.") + part("fusion.")}],
        lr=1e-2, betas=(0.9, 0.98), weight_decay=0.01,
    )
    f = torch.full((M,), 1 / M)
    losses = []
    for step in range(9):
        first = step < 4
        rates = [1e-2, 1e-2, 0] if first else [0, 1e-3, 1e-2]
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate
            for parameter in group["params"]:
                parameter.requires_grad_(rate != 0)
                parameter.grad = None
        logits, aux, shares = forward(p, o, first, f)
        loss = loss_of(o, logits, aux)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not first:
            f = 0.99 * f + 0.01 * shares
    return {"losses": losses, "frequency": f.tolist(), "gamma": p["fusion.gamma"].tolist()}


golden = {"variants": {name: first_pass(changes) for name, changes in VARIANTS.items()}, "steps": steps()}
print(json.dumps(golden))
