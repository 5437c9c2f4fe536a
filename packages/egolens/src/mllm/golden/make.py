"""Golden numbers of the decoder, its LoRA layers and greedy generation; made with torch 1.13.1 on the CPU:

    python3 make.py > golden.json  (then biome check --write)

Written from the papers (grouped-query attention, rotary positions, RMSNorm, SwiGLU, LoRA) in double precision, a head
and a query at a time: what a query sees is a list of places, rotary positions are products of complex numbers. Weights
follow formula.testing.ts and language.testing.ts.
"""
import json
import math

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

VOCABULARY, WIDTH, HIDDEN, LAYERS, HEADS, GROUPS, DEPTH = 40, 32, 48, 3, 4, 2, 8
RANK, ALPHA = 2, 6
CASES = {
    "mistral": dict(theta=10000.0, window=None, first=0, bias=False, tied=False, eps=1e-5),
    "mistral, window": dict(theta=1e6, window=4, first=0, bias=False, tied=False, eps=1e-5),
    "qwen2": dict(theta=1e6, window=None, first=0, bias=True, tied=True, eps=1e-6),
    "qwen2, window": dict(theta=10000.0, window=3, first=1, bias=True, tied=False, eps=1e-6),
}
IDS = [[(7 * i + 3 * i * i + 11 * row) % VOCABULARY for i in range(9)] for row in range(2)]
# Row and place of what is learnt.
TARGETS = [(0, 3), (0, 4), (0, 8), (1, 1), (1, 7)]


def formula(name, shape, around=0.0, size=0.2):
    phase = sum((k + 1) * ord(c) for k, c in enumerate(name))
    i = torch.arange(math.prod(shape))
    return (around + size * torch.sin(0.37 * i + 0.013 * i * i + phase)).float().double().reshape(shape)


def weight(name, shape):
    if "norm" in name:
        return formula(name, shape, around=1.0)
    return formula(name, shape, size=1.0 if "embed" in name else 0.3)


class Model:
    def __init__(self, case, lora=False):
        self.case, self.lora = case, {}
        if lora:
            for i in range(LAYERS):
                for part, sizes in self.sizes().items():
                    rows, columns = sizes
                    a, b = f"model.layers.{i}.{part}.lora_A.weight", f"model.layers.{i}.{part}.lora_B.weight"
                    self.lora[a] = formula(a, (RANK, columns)).requires_grad_()
                    self.lora[b] = formula(b, (rows, RANK)).requires_grad_()

    def sizes(self):
        q, kv = (HEADS * DEPTH, WIDTH), (GROUPS * DEPTH, WIDTH)
        return {
            "self_attn.q_proj": q, "self_attn.k_proj": kv, "self_attn.v_proj": kv, "self_attn.o_proj": (WIDTH, HEADS * DEPTH),
            "mlp.gate_proj": (HIDDEN, WIDTH), "mlp.up_proj": (HIDDEN, WIDTH), "mlp.down_proj": (WIDTH, HIDDEN),
        }

    def linear(self, x, layer, part):
        name = f"model.layers.{layer}.{part}"
        y = x @ weight(f"{name}.weight", self.sizes()[part]).T
        if self.case["bias"] and part.split(".")[1][0] in "qkv":
            y = y + weight(f"{name}.bias", self.sizes()[part][:1])
        if self.lora:
            y = y + ALPHA / RANK * (x @ self.lora[f"{name}.lora_A.weight"].T @ self.lora[f"{name}.lora_B.weight"].T)
        return y

    def norm(self, x, name):
        return x / ((x * x).mean(-1, keepdim=True) + self.case["eps"]).sqrt() * weight(name, (WIDTH,))

    def turn(self, x, place):
        """x [D]: the pair (i, i + D / 2) is a complex number."""
        half = DEPTH // 2
        angles = place * torch.tensor([self.case["theta"] ** (-2 * i / DEPTH) for i in range(half)])
        turned = torch.complex(x[:half], x[half:]) * torch.polar(torch.ones(half), angles)
        return torch.cat([turned.real, turned.imag])

    def attention(self, x, layer):
        q, k, v = (self.linear(x, layer, f"self_attn.{name}_proj") for name in "qkv")
        window = self.case["window"] if layer >= self.case["first"] else None
        rows = []
        for place in range(len(x)):
            seen = [j for j in range(place + 1) if window is None or place - j < window]
            heads = []
            for head in range(HEADS):
                at = head // (HEADS // GROUPS) * DEPTH
                query = self.turn(q[place, head * DEPTH : (head + 1) * DEPTH], place)
                scores = torch.stack([query @ self.turn(k[j, at : at + DEPTH], j) for j in seen]) / math.sqrt(DEPTH)
                heads.append(sum(p * v[j, at : at + DEPTH] for p, j in zip(scores.softmax(0), seen)))
            rows.append(torch.cat(heads))
        return self.linear(torch.stack(rows), layer, "self_attn.o_proj")

    def hidden(self, ids):
        x = self.embedding()[ids]
        for i in range(LAYERS):
            x = x + self.attention(self.norm(x, f"model.layers.{i}.input_layernorm.weight"), i)
            y = self.norm(x, f"model.layers.{i}.post_attention_layernorm.weight")
            gate, up = self.linear(y, i, "mlp.gate_proj"), self.linear(y, i, "mlp.up_proj")
            x = x + self.linear(gate * torch.sigmoid(gate) * up, i, "mlp.down_proj")
        return self.norm(x, "model.norm.weight")

    def embedding(self):
        return weight("model.embed_tokens.weight", (VOCABULARY, WIDTH))

    def logits(self, hidden):
        head = self.embedding() if self.case["tied"] else weight("lm_head.weight", (VOCABULARY, WIDTH))
        return hidden @ head.T

    def loss(self):
        logits = [self.logits(self.hidden(ids)) for ids in IDS]
        return -torch.stack([logits[row][at - 1].log_softmax(-1)[IDS[row][at]] for row, at in TARGETS]).mean()

    def greedy(self, ids, count):
        ids = list(ids)
        for _ in range(count):
            ids.append(int(self.logits(self.hidden(ids))[-1].argmax()))
        return ids[-count:]


GRADIENTS = ["0.self_attn.q_proj", "1.self_attn.k_proj", "1.mlp.down_proj", "2.self_attn.v_proj"]


def plain(x):
    return [float(f"{value:.9g}") for value in x.detach().reshape(-1).tolist()]


def golden(case):
    model, lora = Model(case), Model(case, lora=True)
    rows = [model.hidden(ids) for ids in IDS]
    loss = lora.loss()
    loss.backward()
    return {
        "hidden": [plain(rows[row][at]) for row, at in [(0, 0), (0, 8), (1, 5)]],
        "logits": plain(model.logits(rows[1][8])),
        "loss": float(model.loss()),
        "greedy": [model.greedy(ids[:5], 12) for ids in IDS],
        "lora": {
            "loss": float(loss),
            "gradients": {
                name: plain(lora.lora[name].grad)
                for name in lora.lora
                if name.endswith(("lora_A.weight", "lora_B.weight")) and any(f"layers.{at}." in name for at in GRADIENTS)
            },
        },
    }


print(json.dumps({name: golden(case) for name, case in CASES.items()}))
