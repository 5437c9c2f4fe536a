// The engine alone: fits y = sin(x) with a small network.
import { F, linspace, manualSeed, memory, nn, noGrad, optim, scope } from '@egolens/torch'

manualSeed(1)
const x = linspace(-3, 3, 200).unsqueeze(1)
const y = x.sin()
const model = new nn.Sequential(new nn.Linear(1, 32), new nn.GELU(), new nn.Linear(32, 1))
const optimizer = new optim.AdamW(model.parameters(), { lr: 0.02 })

for (let step = 1; step <= 300; step++) {
  // Everything made inside a scope is freed at its end, gradients' graphs included.
  const loss = scope(() => {
    const loss = F.mseLoss(model.forward(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zeroGrad()
    return loss.item()
  })
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.toFixed(5)}, ${memory().tensors} tensors alive`)
}
const worst = scope(() => noGrad(() => model.forward(x).sub(y).abs().max().item()))
console.log(`largest error ${worst.toFixed(3)}`)
