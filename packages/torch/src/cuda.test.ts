import { describe, expect, it } from 'vitest'
import {
  autocast,
  cudaAvailable,
  cudaDevices,
  expectNoLeak,
  F,
  fromTypedArray,
  Generator,
  grad,
  memory,
  nn,
  optim,
  randint,
  randn,
  scope,
  synchronize,
  tensor,
} from './index.js'

const device = 'cuda'

describe.skipIf(!cudaAvailable())(`on a GPU${cudaAvailable() ? '' : ' (skipped: this libtorch has none)'}`, () => {
  const check = (name: string, body: () => void) => it(name, () => expectNoLeak(() => scope(body)))

  check('moves tensors to and fro', () => {
    expect(cudaDevices()).toBeGreaterThan(0)
    const x = tensor([1, 2, 3], { device })
    expect(x.device).toBe('cuda:0')
    expect(x.mul(2).tolist()).toEqual([2, 4, 6])
    expect(x.cpu().device).toBe('cpu')
    expect(
      fromTypedArray(new Float32Array([4, 5]), [2])
        .to(device)
        .add(1)
        .tolist(),
    ).toEqual([5, 6])
    expect(() => x.add(tensor([1, 1, 1]))).toThrow(/on cuda:0/)
    expect(() => x.dataView()).toThrow(/on the CPU/)
  })

  check('agrees with the CPU', () => {
    const [x, w] = [randn([2, 3, 8, 8]), randn([4, 3, 3, 3])]
    expect(F.conv2d(x.cuda(), w.cuda()).cpu().allclose(F.conv2d(x, w), 1e-3, 1e-3)).toBe(true)
    expect(x.cuda().softmax(-1).cpu().allclose(x.softmax(-1), 1e-4, 1e-5)).toBe(true)
  })

  check('differentiates, with the engine on its own thread', () => {
    const x = tensor([1, 2, 3], { device, requiresGrad: true })
    const [dx] = grad([x.pow(3).sum()], [x])
    expect(dx!.tolist()).toEqual([3, 12, 27])
    // The typed array's tensor is only held by the graph, and is freed by the engine.
    const y = scope(() => x.mul(fromTypedArray(new Float32Array([1, 2, 3]), [3]).to(device)).sum())
    y.backward()
    expect(x.grad!.tolist()).toEqual([1, 2, 3])
  })

  check('counts bytes by the caching allocator', () => {
    const before = memory(device).bytes
    const x = randn([1024, 1024], { device })
    synchronize(device)
    expect(memory(device).bytes - before).toBe(4 << 20)
    x.dispose()
    expect(memory(device).bytes).toBe(before)
  })

  check('draws by generators of its own', () => {
    const draw = () => randn([8], { device, generator: new Generator(5, device) })
    expect(draw().equal(draw())).toBe(true)
    const generator = new Generator(9, device)
    const state = generator.state()
    const next = randn([4], { device, generator })
    expect(randn([4], { device, generator: generator.setState(state) }).equal(next)).toBe(true)
  })

  check('autocasts to float16', () => {
    const y = autocast({ dtype: 'float16', device }, () =>
      F.linear(randn([2, 3], { device }), randn([4, 3], { device })),
    )
    expect(y.dtype).toBe('float16')
  })

  it('trains', () => {
    const model = new nn.Sequential(new nn.Linear(8, 32), new nn.GELU(), new nn.Linear(32, 3)).to(device)
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 })
    const [x, labels] = [randn([64, 8], { device }), randint(0, 3, [64], { device })]
    const step = () =>
      scope(() => {
        const loss = F.crossEntropy(model.forward(x), labels)
        loss.backward()
        optimizer.step()
        optimizer.zeroGrad()
        return loss.item()
      })
    const first = step()
    for (let i = 0; i < 50; i++) step()
    expect(step()).toBeLessThan(first * 0.9)
  })
})
