"""The hand detector's network in PyTorch: the same graph, walked node by node."""

import json
from base64 import b64decode
from pathlib import Path

import torch
import torch.nn.functional as F
from common import clock, serve

PREFIX = "StatefulPartitionedCall/"
INPUT = PREFIX + "map/TensorArrayV2Stack/TensorListStack"
OUTPUTS = [PREFIX + "concat", PREFIX + "concat_1"]
state = {}


def load(folder):
    model = json.loads(Path(folder, "model.json").read_text())
    nodes = {node["name"]: node for node in model["modelTopology"]["node"]}
    manifest = model["weightsManifest"][0]
    data = bytearray(b"".join(Path(folder, name).read_bytes() for name in manifest["paths"]))
    weights, at = {}, 0
    for entry in manifest["weights"]:
        count = 1
        for size in entry["shape"]:
            count *= size
        kind = torch.int32 if entry["dtype"] == "int32" else torch.float32
        values = torch.frombuffer(data, dtype=kind, count=count, offset=at) if count else torch.empty(0)
        weights[entry["name"]] = values.reshape(entry["shape"]).clone()
        at += 4 * count
    order = []

    def visit(name):
        if name in weights or name in order:
            return
        if name != INPUT:
            for source in nodes[name].get("input", []):
                if not source.startswith("^"):
                    visit(source)
        order.append(name)

    for name in OUTPUTS:
        visit(name)
    for name in order:
        node = nodes[name]
        if "Conv" in node["op"]:
            first = node["op"] == "_FusedConv2D"
            kernel = node["input"][1]
            if kernel not in state:
                state[kernel] = weights[kernel].permute(*((3, 2, 0, 1) if first else (2, 3, 0, 1))).contiguous()
    state.update(nodes=nodes, weights=weights, order=order)
    return {}


def same(side, kernel, stride):
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def convolve(node, x):
    weight = state[node["input"][1]]
    attr = node.get("attr", {})
    fused = [b64decode(item) for item in attr.get("fused_ops", {}).get("list", {}).get("s", [])]
    stride = int(attr["strides"]["list"]["i"][1])
    bias = state["weights"][node["input"][2]] if len(node["input"]) > 2 else None
    groups = 1 if node["op"] == "_FusedConv2D" else len(weight)
    padded = b64decode(attr["padding"]["s"]) == b"SAME"
    top, bottom = same(x.shape[2], weight.shape[2], stride) if padded else (0, 0)
    left, right = same(x.shape[3], weight.shape[3], stride) if padded else (0, 0)
    even = top == bottom and left == right
    if not even:
        x = F.pad(x, (left, right, top, bottom))
    y = F.conv2d(x, weight, bias, stride, (top, left) if even else 0, 1, groups)
    return y.clamp_(0, 6) if b"Relu6" in fused else y


def reshape(node, x):
    shape = state["weights"][node["input"][1]].tolist()
    rows = x.permute(0, 2, 3, 1)
    if len(shape) == 3:
        return rows.reshape(len(x), -1, shape[2])
    b, h, w, c = rows.shape
    return rows.reshape(b, h, 1, w, 1, c).expand(b, h, 2, w, 2, c).reshape(b, 2 * h, 2 * w, c).permute(0, 3, 1, 2)


def forward(pixels):
    values = {INPUT: pixels.permute(0, 3, 1, 2)}
    with torch.no_grad():
        for name in state["order"]:
            if name == INPUT:
                continue
            node = state["nodes"][name]
            x = values[node["input"][0]]
            if "Conv" in node["op"]:
                values[name] = convolve(node, x)
            elif node["op"] == "AddV2":
                values[name] = x + values[node["input"][1]]
            elif node["op"] == "Reshape":
                values[name] = reshape(node, x)
            elif node["op"] == "ConcatV2":
                values[name] = torch.cat([values[source] for source in node["input"][:-1]], 1)
            else:
                values[name] = x
    return [values[name].contiguous() for name in OUTPUTS]


def detect(views, frames, seed=1):
    pixels = torch.rand(views, 320, 320, 3) * 2 - 1
    start = clock()
    for _ in range(frames):
        forward(pixels)
    return {"seconds": (clock() - start) / frames}


def check(values):
    codes, logits = forward(torch.tensor(values).reshape(1, 320, 320, 3))
    return {"codes": codes[0, :50].flatten().tolist(), "logits": logits[0, :50].flatten().tolist()}


serve({"load": load, "detect": detect, "check": check})
