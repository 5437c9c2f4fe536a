// X-MIC on your own clips: node examples/train-own-clips.js CLIPS.csv [EPOCHS]
// CLIPS.csv has the columns video,start,end,noun (or verb, or both); paths are relative to the file.
import { evaluateRun, openResources, resolveRecipe, train } from 'egolens'

const [file, epochs = '15'] = process.argv.slice(2)
const data = (split) => ({ dataset: 'own', file, split })
const recipe = resolveRecipe({
  name: 'own-nouns',
  method: 'x-mic',
  component: 'noun',
  features: { every: 0.25, hands: { provider: 'ssd' } }, // the detector finds the hands
  data: { train: data('train'), test: [{ name: 'own', ...data('test') }] },
  training: { epochs: Number(epochs), batch: 32, lr: 1e-3 },
})

const resources = await openResources(recipe)
const progress = ({ task, done, total, unit }) => process.stderr.write(`\r${task}: ${done}/${total} ${unit}   `)
const { steps, parameters } = await train(recipe, { dir: 'runs/own-nouns', resume: true, resources, progress })
const result = await evaluateRun('runs/own-nouns', { resources, progress })

console.log(`\n${parameters} parameters, ${steps} updates`)
for (const [name, value] of Object.entries(result.tests[0].values))
  console.log(`${name}: ${(100 * value).toFixed(1)} %`)
