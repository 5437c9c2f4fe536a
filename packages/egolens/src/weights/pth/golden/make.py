"""Writes the golden checkpoints of this folder with PyTorch 1.13.1 (Debian's python3-torch): python3 make.py

Values are small whole numbers and halves, exact in every type; checkpoint.test.ts says them again."""
import argparse
from collections import OrderedDict
from pathlib import Path

import numpy
import torch

here = Path(__file__).parent

base = torch.arange(12, dtype=torch.float32)
weight = torch.nn.Parameter(torch.arange(6, dtype=torch.float32).reshape(2, 3) - 2.5)
tensors = OrderedDict(
    fp32=torch.tensor([[1.5, -0.0], [float('inf'), -2.0]]),
    fp64=torch.tensor([0.1, 1e300], dtype=torch.float64),
    fp16=torch.tensor([1.0, -2.5, 65504.0], dtype=torch.float16),
    bf16=torch.tensor([1.0, -2.5, 3e38], dtype=torch.bfloat16),
    int64=torch.tensor([-(2**63), 2**63 - 1]),
    int32=torch.tensor([[-7]], dtype=torch.int32),
    int16=torch.tensor([-300, 300], dtype=torch.int16),
    int8=torch.tensor([-128, 127], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False, True]),
    scalar=torch.tensor(4.5),
    empty=torch.zeros(0, 3),
    row=base[4:8],
    transposed=base.reshape(3, 4).t(),
    column=base.reshape(3, 4)[:, 1],
    strided=base[1::5],
    permuted=base.reshape(2, 3, 2).permute(2, 0, 1),
    expanded=base[2:4].unsqueeze(1).expand(2, 3),
    parameter=weight,
    tied=weight,
)
for name, new in [('zip', True), ('legacy', False)]:
    torch.save(tensors, here / f'tensors.{name}.pth', _use_new_zipfile_serialization=new)
for protocol in [1, 3, 4, 5]:
    small = OrderedDict(a=torch.tensor([1.0, 2.0]), b=torch.tensor([True]))
    torch.save(small, here / f'protocol{protocol}.zip.pth', pickle_protocol=protocol)
    torch.save(small, here / f'protocol{protocol}.legacy.pth', pickle_protocol=protocol, _use_new_zipfile_serialization=False)

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
with torch.no_grad():
    for i, p in enumerate(model.parameters()):
        p.copy_(torch.arange(p.numel(), dtype=p.dtype).reshape(p.shape) + i)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.0)
model(torch.ones(3, 2)).sum().backward()
optimizer.step()
training = {
    'epoch': 3,
    'arch': 'CLIP_OPENAI_TIMESFORMER_BASE',
    'state_dict': OrderedDict(('module.' + k, v) for k, v in model.state_dict().items()),
    'optimizer': optimizer.state_dict(),
    'best_acc1': numpy.float64(61.5),
    'best': torch.tensor(0.5),
    'args': argparse.Namespace(lr=1e-3, betas=(0.9, 0.999), resume='', fix_lr=True, workers=10, seed=2**40),
    'shape': torch.Size([2, 1]),
    'seen': {1, 2},
    'big': 2**70,
    'bytes': b'\x00\xff',
    'dtype': torch.float16,
}
for name, new in [('zip', True), ('legacy', False)]:
    torch.save(training, here / f'training.{name}.pth', _use_new_zipfile_serialization=new)
