// One model, as many processes as you like, the same result: node examples/distributed.js, or
// egolens launch --nproc 2 examples/distributed.js, or srun -n 2 node examples/distributed.js
import { distributed, F, Generator, linspace, nn, optim, scope, tensor } from '@egolens/torch'

const group = await distributed.init({ timeoutSeconds: 60 })
const { rank, worldSize, device } = group
const generator = new Generator(1)
const model = new nn.Sequential(new nn.Linear(1, 32, { generator }), new nn.GELU(), new nn.Linear(32, 1, { generator }))
const parallel = await distributed.DataParallel.open(model.to(device), group)
const optimizer = new optim.AdamW(model.parameters(), { lr: 0.02 })

const x = linspace(-3, 3, 200, { device }).unsqueeze(1)
const y = x.sin()
const batch = 33

for (let step = 1; step <= 120; step++) {
  const loss = await scope(async () => {
    // A rank takes one sample in worldSize: shares differ in size, and of 40 ranks 7 would have none.
    const own = Array.from({ length: batch }, (_, i) => (step * batch + i) % 200).filter(
      (_, i) => i % worldSize === rank,
    )
    let sum = tensor([0], { device })
    if (own.length > 0) {
      const rows = tensor(own, { dtype: 'int64', device })
      const mean = F.mseLoss(model.forward(x.indexSelect(0, rows)), y.indexSelect(0, rows))
      parallel.backward(mean, own.length)
      sum = mean.detach().mul(own.length).reshape([1])
    }
    const seen = await parallel.finish()
    await group.allReduce(sum).wait()
    optimizer.step()
    optimizer.zeroGrad()
    return sum.item() / seen
  })
  if (step % 40 === 0 && rank === 0) console.log(`step ${step}: loss ${loss.toFixed(4)} on ${worldSize} processes`)
}
await group.destroy()
