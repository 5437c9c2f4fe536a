"""Golden numbers for the tests of Vita-CLIP and MaPLe, by a plain forward pass in PyTorch 1.13.1 in double precision:

    python3 pixels.make.py > pixels.json  (then biome check --write)

Written from the papers' descriptions, in the order and with all the tokens that they have: prompts are put into the
sequence, everything goes through attention, what does not go on is cut out again. Weights are by formula: the k-th
tensor of a CLIP in the order of its layout has 0.3 sin(0.37 i + 0.013 i^2 + 1.3 k), the k-th of a method's state in the
order of its names 0.3 sin(0.53 i + 0.013 i^2 + 0.9 k + 0.4); the weight of a norm has 1 more.
"""
import json

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

WIDTH, HEADS, LAYERS, HIDDEN, IMAGE, PATCH = 16, 2, 3, 64, 8, 4
TEXT, TEXT_HEADS, TEXT_HIDDEN, VOCABULARY, CONTEXT = 12, 3, 48, 20, 7
JOINT, FRAMES = 10, 3
IDS = [[18, 7, 19], [18, 8, 9, 19], [18, 3, 19]]  # "w7", "w8 w9", "w3" between start and end
LABELS = torch.tensor([1, 0])


def waves(shape, step, start, scale):
    count = 1
    for size in shape:
        count *= size
    i = torch.arange(count)
    return (scale * torch.sin(step * i + 0.013 * i * i + start)).reshape(shape)


def layout():
    affine = lambda name, *shape: [(f"{name}.weight", shape), (f"{name}.bias", shape[:1])]
    def layers(prefix, width, hidden):
        found = []
        for i in range(LAYERS):
            at = f"{prefix}.encoder.layers.{i}"
            found += affine(f"{at}.layer_norm1", width)
            for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
                found += affine(f"{at}.self_attn.{name}", width, width)
            found += affine(f"{at}.layer_norm2", width)
            found += affine(f"{at}.mlp.fc1", hidden, width) + affine(f"{at}.mlp.fc2", width, hidden)
        return found
    return [
        ("logit_scale", ()),
        ("vision_model.embeddings.class_embedding", (WIDTH,)),
        ("vision_model.embeddings.patch_embedding.weight", (WIDTH, 3, PATCH, PATCH)),
        ("vision_model.embeddings.position_embedding.weight", ((IMAGE // PATCH) ** 2 + 1, WIDTH)),
        *affine("vision_model.pre_layrnorm", WIDTH),
        *layers("vision_model", WIDTH, HIDDEN),
        *affine("vision_model.post_layernorm", WIDTH),
        ("visual_projection.weight", (JOINT, WIDTH)),
        ("text_model.embeddings.token_embedding.weight", (VOCABULARY, TEXT)),
        ("text_model.embeddings.position_embedding.weight", (CONTEXT, TEXT)),
        *layers("text_model", TEXT, TEXT_HIDDEN),
        *affine("text_model.final_layer_norm", TEXT),
        ("text_projection.weight", (JOINT, TEXT)),
    ]


def is_norm(name):
    return ("norm" in name.lower() or "layrnorm" in name) and name.endswith(".weight")


CLIP = {n: waves(s, 0.37, 1.3 * k, 0.3) + is_norm(n) for k, (n, s) in enumerate(layout())}
INDEX = torch.arange(2 * FRAMES * 3 * IMAGE * IMAGE)
PIXELS = torch.cos(0.11 * INDEX + 0.0003 * INDEX * INDEX).reshape(2, FRAMES, 3, IMAGE, IMAGE)


def state(shapes):
    return {
        n: (waves(shapes[n], 0.53, 0.9 * k + 0.4, 0.3) + is_norm(n)).requires_grad_()
        for k, n in enumerate(sorted(shapes))
    }


def norm(x, name, weights=CLIP):
    return F.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-5)


def attention(x, q, k, v, out, heads, mask=None):
    batch, length, width = x.shape
    split = lambda t: t.view(batch, length, heads, width // heads).transpose(1, 2)
    q, k, v = [split(F.linear(x, *affine)) for affine in (q, k, v)]
    scores = q @ k.transpose(-1, -2) / (width // heads) ** 0.5
    mixed = (scores if mask is None else scores + mask).softmax(-1) @ v
    return F.linear(mixed.transpose(1, 2).reshape(batch, length, width), *out)


def attend(x, at, heads, mask=None):
    pair = lambda name: (CLIP[f"{at}.self_attn.{name}.weight"], CLIP[f"{at}.self_attn.{name}.bias"])
    y = norm(x, f"{at}.layer_norm1")
    return x + attention(y, pair("q_proj"), pair("k_proj"), pair("v_proj"), pair("out_proj"), heads, mask)


def mlp(x, at):
    y = F.linear(norm(x, f"{at}.layer_norm2"), CLIP[f"{at}.mlp.fc1.weight"], CLIP[f"{at}.mlp.fc1.bias"])
    y = y * torch.sigmoid(1.702 * y)
    return x + F.linear(y, CLIP[f"{at}.mlp.fc2.weight"], CLIP[f"{at}.mlp.fc2.bias"])


def placed(pixels):
    """Frames as tokens with positions, before the first norm."""
    x = F.conv2d(pixels, CLIP["vision_model.embeddings.patch_embedding.weight"], stride=PATCH)
    x = x.flatten(2).transpose(1, 2)
    first = CLIP["vision_model.embeddings.class_embedding"].expand(len(x), 1, WIDTH)
    return torch.cat([first, x], 1) + CLIP["vision_model.embeddings.position_embedding.weight"]


def joint(x):
    return norm(x[:, 0], "vision_model.post_layernorm") @ CLIP["visual_projection.weight"].t()


def texts(vectors, deeper=()):
    """Class texts with learned vectors after the start token; `deeper` take their place in the layers after the first."""
    found = []
    count = len(vectors)
    for ids in IDS:
        tokens = CLIP["text_model.embeddings.token_embedding.weight"][ids]
        x = torch.cat([tokens[:1], vectors, tokens[1:]])[None]
        length = x.shape[1]
        x = x + CLIP["text_model.embeddings.position_embedding.weight"][:length]
        mask = torch.full((length, length), float("-inf")).triu(1)
        for i in range(LAYERS):
            if 0 < i <= len(deeper):
                x = torch.cat([x[:, :1], deeper[i - 1][None], x[:, 1 + count :]], 1)
            at = f"text_model.encoder.layers.{i}"
            x = mlp(attend(x, at, TEXT_HEADS, mask), at)
        found.append(norm(x[0, -1], "text_model.final_layer_norm") @ CLIP["text_projection.weight"].t())
    return F.normalize(torch.stack(found), dim=-1)


def vita(vectors=2, use_global=2, use_local=True, use_summary=True, use_time=True):
    shapes = {"logitScale": (), "text.noun.context": (vectors, TEXT)}
    if use_time:
        shapes["visual.time"] = (FRAMES, WIDTH)
    for i in range(LAYERS):
        at = f"visual.layers.{i}"
        if use_global:
            shapes[f"{at}.global"] = (use_global, WIDTH)
        if use_local:
            shapes[f"{at}.local"] = (FRAMES, WIDTH)
        if use_local or use_summary:
            shapes[f"{at}.projection.weight"] = (WIDTH, WIDTH)
            shapes[f"{at}.projection.bias"] = (WIDTH,)
        if use_summary:
            shapes[f"{at}.summaryNorm.weight"] = shapes[f"{at}.summaryNorm.bias"] = (WIDTH,)
            shapes[f"{at}.summaryAttention.in_proj_weight"] = (3 * WIDTH, WIDTH)
            shapes[f"{at}.summaryAttention.in_proj_bias"] = (3 * WIDTH,)
            shapes[f"{at}.summaryAttention.out_proj.weight"] = (WIDTH, WIDTH)
            shapes[f"{at}.summaryAttention.out_proj.bias"] = (WIDTH,)
    p = state(shapes)

    clips = len(PIXELS)
    x = placed(PIXELS.flatten(0, 1))
    if use_time:
        x = x + p["visual.time"].repeat(clips, 1)[:, None]
    x = norm(x, "vision_model.pre_layrnorm")
    for i in range(LAYERS):
        at, mine = f"vision_model.encoder.layers.{i}", f"visual.layers.{i}"
        if use_global:
            x = torch.cat([x[:, :1], p[f"{mine}.global"].expand(len(x), -1, -1), x[:, 1:]], 1)
        if use_local or use_summary:
            seen = F.linear(x[:, 0].view(clips, FRAMES, WIDTH), p[f"{mine}.projection.weight"], p[f"{mine}.projection.bias"])
        if use_summary:
            inner = f"{mine}.summaryAttention"
            thirds = zip(p[f"{inner}.in_proj_weight"].chunk(3), p[f"{inner}.in_proj_bias"].chunk(3))
            out = (p[f"{inner}.out_proj.weight"], p[f"{inner}.out_proj.bias"])
            summary = seen + attention(norm(seen, f"{mine}.summaryNorm", p), *thirds, out, HEADS)
            x = torch.cat([x, summary.view(len(x), 1, WIDTH)], 1)
        if use_local:
            local = (p[f"{mine}.local"] + seen).repeat_interleave(FRAMES, 0)
            x = torch.cat([x[:, :1], local, x[:, 1:]], 1)
        x = attend(x, at, HEADS)
        if use_summary:
            x = x[:, :-1]
        if use_local:
            x = torch.cat([x[:, :1], x[:, 1 + FRAMES :]], 1)
        x = mlp(x, at)
        if use_global:
            x = torch.cat([x[:, :1], x[:, 1 + use_global :]], 1)
    video = F.normalize(joint(x).view(clips, FRAMES, JOINT).mean(1), dim=-1)
    return case(video @ texts(p["text.noun.context"]).t() * p["logitScale"].exp(), p)


def maple(count=2, depth=2, unit=False):
    shapes = {"first.context": (count, TEXT), "coupling.weight": (WIDTH, TEXT), "coupling.bias": (WIDTH,)}
    for i in range(depth - 1):
        shapes[f"deeper.{i}.prompts"] = (count, TEXT)
        shapes[f"deeper.{i}.coupling.weight"] = (WIDTH, TEXT)
        shapes[f"deeper.{i}.coupling.bias"] = (WIDTH,)
    p = state(shapes)

    coupled = lambda prompts, at: F.linear(p[prompts], p[f"{at}.weight"], p[f"{at}.bias"])
    x = placed(PIXELS.flatten(0, 1))
    x = torch.cat([x, coupled("first.context", "coupling").expand(len(x), -1, -1)], 1)
    x = norm(x, "vision_model.pre_layrnorm")
    for i in range(LAYERS):
        if 0 < i < depth:
            own = coupled(f"deeper.{i - 1}.prompts", f"deeper.{i - 1}.coupling")
            x = torch.cat([x[:, :-count], own.expand(len(x), -1, -1)], 1)
        at = f"vision_model.encoder.layers.{i}"
        x = mlp(attend(x, at, HEADS), at)
    frames = joint(x).view(len(PIXELS), FRAMES, JOINT)
    video = F.normalize((F.normalize(frames, dim=-1) if unit else frames).mean(1), dim=-1)
    words = texts(p["first.context"], [p[f"deeper.{i}.prompts"] for i in range(depth - 1)])
    return case(video @ words.t() * CLIP["logit_scale"].exp(), p)


def case(logits, p):
    loss = F.cross_entropy(logits, LABELS)
    names = sorted(p)
    grads = torch.autograd.grad(loss, [p[n] for n in names])
    digest = lambda g: [g.sum().item(), (g * waves(g.shape, 0.7, 9, 1)).sum().item()]
    return {
        "logits": logits.tolist(),
        "loss": loss.item(),
        "parameters": {n: list(p[n].shape) for n in names},
        "gradients": {n: digest(g) for n, g in zip(names, grads)},
    }


print(
    json.dumps(
        {
            "vita": {
                "whole": vita(),
                "three vectors": vita(vectors=3),
                "no global prompts": vita(use_global=0),
                "no local prompts": vita(use_local=False),
                "no summary": vita(use_summary=False),
                "no time": vita(use_time=False),
                "global prompts alone": vita(use_local=False, use_summary=False),
            },
            "maple": {
                "depth 2": maple(),
                "depth 1": maple(depth=1),
                "depth 3": maple(depth=3),
                "three prompts": maple(count=3),
                "frames of unit length": maple(unit=True),
            },
        }
    )
)
