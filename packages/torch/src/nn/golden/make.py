"""Golden numbers of PyTorch for the tests of nn and optim; made with torch 1.13.1 on the CPU:

    python3 make.py > golden.json  (then biome check --write)

Tensors are kept as three float64 sums: of the values, of the values times ramp(9), and of their squares.
"""
import json

import torch
from torch import nn, optim

torch.set_num_threads(1)


def ramp(shape, k):
    n = 1
    for size in shape:
        n *= size
    return torch.sin(torch.arange(n, dtype=torch.float64) * 0.7 + k).reshape(shape)


def digest(t):
    t = t.detach().double()
    return [t.sum().item(), (t * ramp(t.shape, 9)).sum().item(), (t * t).sum().item()]


def fill(module):
    for k, (_, p) in enumerate(module.named_parameters()):
        p.data = ramp(p.shape, k + 1)
    for name, b in module.named_buffers():
        if name.endswith("running_mean"):
            b.data = ramp(b.shape, 5) * 0.1
        elif name.endswith("running_var"):
            b.data = ramp(b.shape, 6) ** 2 + 0.5
    return module


def case(module, *inputs, call=None, train=False):
    module = fill(module.double()).train(train)
    xs = [ramp(s, 20 + i).requires_grad_() if isinstance(s, tuple) else s for i, s in enumerate(inputs)]
    y = call(module, *xs) if call else module(*xs)
    (y * ramp(y.shape, 30)).sum().backward()
    grads = {n: digest(p.grad) for n, p in module.named_parameters() if p.grad is not None}
    buffers = {n: digest(b) for n, b in module.named_buffers()} if train else {}
    shape = list(y.shape)
    given = [digest(x.grad) for x in xs if x.is_floating_point()]
    return {"shape": shape, "output": digest(y), "inputs": given, "grads": grads, "buffers": buffers}


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(6))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Block(nn.Module):
    """Pre-LN transformer block, as in CLIP."""

    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(8)
        self.attn = nn.MultiheadAttention(8, 2, batch_first=True)
        self.ln_2 = nn.LayerNorm(8)
        self.mlp = nn.Sequential(nn.Linear(8, 16), QuickGELU(), nn.Linear(16, 8))

    def forward(self, x):
        h = self.ln_1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


def attend(module, q, k=None, v=None, **masks):
    k = q if k is None else k
    return module(q, k, k if v is None else v, **masks)[0]


causal = torch.ones(3, 3, dtype=torch.bool).triu(1)
padded = torch.tensor([[False, False, True], [False, False, False]])
tokens = torch.tensor([[1, 4, 1], [0, 2, 6]])
picture = (2, 4, 5, 6)

layers = {
    "Linear": case(nn.Linear(5, 3), (2, 4, 5)),
    "Linear without bias": case(nn.Linear(5, 3, bias=False), (2, 5)),
    "LayerNorm": case(nn.LayerNorm(6), (2, 3, 6)),
    "LayerNorm of two dimensions": case(nn.LayerNorm([3, 6], eps=1e-3), (2, 3, 6)),
    "LayerNorm2d": case(LayerNorm2d(4, eps=1e-6), picture),
    "RMSNorm": case(RMSNorm(), (2, 3, 6)),
    "GroupNorm": case(nn.GroupNorm(2, 4), picture),
    "GroupNorm without affine": case(nn.GroupNorm(2, 4, affine=False), picture),
    "InstanceNorm1d": case(nn.InstanceNorm1d(4), (2, 4, 5)),
    "InstanceNorm2d": case(nn.InstanceNorm2d(4), picture),
    "InstanceNorm2d with affine and statistics": case(
        nn.InstanceNorm2d(4, affine=True, track_running_stats=True), picture, train=True
    ),
    "BatchNorm1d in training": case(nn.BatchNorm1d(5), (4, 5), train=True),
    "BatchNorm2d in training": case(nn.BatchNorm2d(4), picture, train=True),
    "BatchNorm2d in inference": case(nn.BatchNorm2d(4), picture),
    "Embedding": case(nn.Embedding(7, 3), tokens),
    "Conv1d": case(nn.Conv1d(4, 6, 3, stride=2, padding=1), (2, 4, 7)),
    "Conv2d": case(nn.Conv2d(4, 6, (3, 2), stride=2, padding=(1, 0)), picture),
    "Conv2d in groups, dilated": case(nn.Conv2d(4, 8, 2, groups=4, dilation=2, bias=False), picture),
    "Conv3d": case(nn.Conv3d(2, 3, (2, 3, 3), padding=(0, 1, 1)), (2, 2, 3, 4, 4)),
    "ConvTranspose2d": case(nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), picture),
    "ConvTranspose2d in groups": case(nn.ConvTranspose2d(4, 6, 2, stride=2, groups=2, bias=False), picture),
    "MultiheadAttention": case(nn.MultiheadAttention(8, 2), (3, 2, 8), call=attend),
    "MultiheadAttention, batch first, without bias": case(
        nn.MultiheadAttention(8, 4, bias=False, batch_first=True), (2, 3, 8), call=attend
    ),
    "MultiheadAttention, queries over memory": case(
        nn.MultiheadAttention(8, 2, batch_first=True), (2, 3, 8), (2, 4, 8), (2, 4, 8), call=attend
    ),
    "MultiheadAttention, causal and padded": case(
        nn.MultiheadAttention(8, 2, batch_first=True),
        (2, 3, 8),
        call=lambda m, x: attend(m, x, attn_mask=causal, key_padding_mask=padded),
    ),
    "MultiheadAttention, added mask a head": case(
        nn.MultiheadAttention(8, 2, batch_first=True),
        (2, 3, 8),
        call=lambda m, x: attend(m, x, attn_mask=ramp((4, 3, 3), 40)),
    ),
    "MultiheadAttention, its weights": case(
        nn.MultiheadAttention(8, 2, batch_first=True), (2, 3, 8), call=lambda m, x: m(x, x, x)[1]
    ),
    "GELU": case(nn.GELU(), (3, 5)),
    "GELU by tanh": case(nn.GELU(approximate="tanh"), (3, 5)),
    "QuickGELU": case(QuickGELU(), (3, 5)),
    "SiLU": case(nn.SiLU(), (3, 5)),
    "ReLU": case(nn.ReLU(), (3, 5)),
    "LeakyReLU": case(nn.LeakyReLU(0.2), (3, 5)),
    "Tanh": case(nn.Tanh(), (3, 5)),
    "Sigmoid": case(nn.Sigmoid(), (3, 5)),
    "Dropout in inference": case(nn.Dropout(0.5), (3, 5)),
    "ReflectionPad2d": case(nn.ReflectionPad2d((1, 2, 0, 3)), picture),
    "AvgPool2d": case(nn.AvgPool2d(2, stride=1, padding=1), picture),
    "MaxPool2d": case(nn.MaxPool2d(3, stride=2, padding=1), picture),
    "AdaptiveAvgPool2d": case(nn.AdaptiveAvgPool2d((2, 3)), picture),
    "a pre-LN transformer block": case(Block(), (2, 3, 8)),
}


def seeded(make):
    torch.manual_seed(1235)
    module = make()
    state = module.state_dict() if isinstance(module, nn.Module) else {"": module}
    return {name: digest(value) for name, value in state.items()}


inits = {
    "Linear": seeded(lambda: nn.Linear(40, 30)),
    "Embedding": seeded(lambda: nn.Embedding(7, 5)),
    "Conv2d": seeded(lambda: nn.Conv2d(4, 6, 3, groups=2)),
    "ConvTranspose2d": seeded(lambda: nn.ConvTranspose2d(4, 6, 3)),
    "MultiheadAttention": seeded(lambda: nn.MultiheadAttention(16, 2)),
    "truncNormal_": seeded(lambda: nn.init.trunc_normal_(torch.empty(6, 7), 0.1, 0.5, -0.4, 0.9)),
    "xavierNormal_": seeded(lambda: nn.init.xavier_normal_(torch.empty(6, 7), 2.0)),
    "kaimingNormal_": seeded(lambda: nn.init.kaiming_normal_(torch.empty(6, 7, 3), 0.1)),
}


def stepped(make, steps=5):
    params = [ramp(s, i).requires_grad_() for i, s in enumerate([(2, 3), (4,), ()])]
    optimizer = make(params)
    for step in range(steps):
        for i, p in enumerate(params):
            # The second parameter has no gradient in the first two steps.
            p.grad = None if i == 1 and step < 2 else p.detach() ** 2 + ramp(p.shape, 50 + step)
        optimizer.step()
    return [digest(p) for p in params]


steps = {
    "AdamW": stepped(lambda p: optim.AdamW(p, lr=0.1, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)),
    "AdamW without decay": stepped(lambda p: optim.AdamW(p, lr=0.1, eps=1e-3, weight_decay=0, foreach=True)),
    "AdamW in groups": stepped(
        lambda p: optim.AdamW([{"params": p[:1]}, {"params": p[1:], "lr": 0.3, "weight_decay": 0.2}], lr=0.1, foreach=True)
    ),
    "SGD": stepped(lambda p: optim.SGD(p, lr=0.1, foreach=True)),
    "SGD with momentum and decay": stepped(
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05, foreach=True)
    ),
    "SGD with Nesterov's step": stepped(lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, foreach=True)),
    "SGD with dampening": stepped(lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3, foreach=True)),
}


def clipped():
    params = [ramp(s, i).requires_grad_() for i, s in enumerate([(2, 3), (4,)])]
    for p in params:
        p.grad = p.detach() * 3
    norm = nn.utils.clip_grad_norm_(params, 1.5)
    return {"norm": norm.item(), "grads": [digest(p.grad) for p in params]}


def mlp():
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 3)).double()
    optimizer = optim.AdamW(model.parameters(), lr=0.02)
    x, target = ramp((12, 4), 3), torch.arange(12) % 3
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


print(json.dumps({"layers": layers, "inits": inits, "steps": steps, "clipped": clipped(), "mlp": mlp()}, indent=1))
