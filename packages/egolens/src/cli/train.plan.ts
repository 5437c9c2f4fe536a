import { EgoLensError } from '../errors.js'
import type { StagePlan } from '../exo2ego/index.js'
import type { Session } from './session.js'
import { columns, short } from './text.js'

interface Options {
  set: string[]
  worldSize: number
  memory: number
  tflops?: number
  records?: number
}

/** `egolens train RECIPE --plan` */
export async function planRecipe(
  session: Session,
  { set, worldSize, memory, tflops, records }: Options,
  { path, isStage }: { path: string; isStage: boolean },
): Promise<undefined> {
  if (!isStage) {
    throw new EgoLensError(
      'plan/not-a-stage',
      'this is a recipe of a recognition method, which trains on kept features',
      {
        where: path,
        cure: '--plan is for stages of Exo2Ego: recipes with the key `stage`',
      },
    )
  }
  const { planStage, readStageRecipe, stages } = await import('../exo2ego/index.js')
  const recipe = await readStageRecipe(path, set)
  const speed = tflops === undefined ? undefined : tflops * 1e12
  const plan = await planStage(recipe, {
    ...{ worldSize, memory },
    ...(speed === undefined ? {} : { speed }),
    ...(records === undefined ? {} : { records }),
  })
  session.result(plan, planText(plan, stages[plan.stage].title))
  return undefined
}

/** A plan for people. */
export function planText(plan: StagePlan, title: string): string {
  const { parts, parameters, records, tokens, steps, batch, operations, seconds } = plan
  const whole = (value: number) => value.toLocaleString('en')
  const rows = (all: [string, string][]) => columns(all.map(([name, value]) => [`  ${name}`, value]))
  const known =
    records.from === 'data' ? 'counted in the data' : 'by Table 1 of the paper; lengths of texts are guessed'
  return [
    `${plan.name}: ${title}`,
    `Parameters: ${whole(parameters.trained)} trained, ${whole(parameters.frozen)} frozen`,
    rows(parts.map((part) => [part.part, `${whole(part.parameters)}${part.trained ? ' trained' : ' frozen'}`])),
    `Records: ${whole(records.count)}, ${known}`,
    rows([
      ['tokens of a record', `${whole(tokens.visual)} visual, ${Math.round(tokens.text)} of text`],
      ['tokens of a step', `${short(tokens.step.visual)} visual, ${short(tokens.step.text)} of text`],
      ['steps', `${whole(steps.total)}: ${steps.epochs} x ${whole(steps.epoch)}`],
      ['a step', `${batch.global} records: ${batch.worldSize} x ${batch.microBatches} x ${batch.local}, at most`],
    ]),
    `Operations of a step: ${short(operations.computed)}FLOP, ${short(operations.needed)}FLOP without computing anything twice`,
    rows([
      ['seconds of a step', `${seconds.step.toFixed(2)} at ${(seconds.speed / 1e12).toFixed(1)} TFLOP/s a device`],
      [
        'hours in all',
        `${(seconds.total / 3600).toFixed(1)}; device hours ${short((seconds.total / 3600) * batch.worldSize)}`,
      ],
    ]),
    ...memoryText(plan, rows),
  ].join('\n')
}

function memoryText({ memory, batch, fit }: StagePlan, rows: (all: [string, string][]) => string): string[] {
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`
  const { checkpointing, activationsOtherwise } = memory
  const [now, otherwise] = checkpointing ? ['with', 'without'] : ['without', 'with']
  const says = fit.fits
    ? `Fits ${gb(fit.memory)}; the largest local batch that does is ${fit.localBatch}`
    : `Does not fit ${gb(fit.memory)}; what would: ${fit.advice.join('; or ')}`
  return [
    `Memory of a device at a local batch of ${batch.local}: ${gb(memory.total)}`,
    rows([
      ['weights', gb(memory.weights)],
      ['copies in bfloat16', gb(memory.casts)],
      ['gradients', gb(memory.gradients)],
      ['optimizer', gb(memory.optimizer)],
      [`activations ${now} checkpointing`, `${gb(memory.activations)} (${otherwise}: ${gb(activationsOtherwise)})`],
      ['logits', gb(memory.logits)],
      ['CUDA and its libraries', gb(memory.other)],
    ]),
    says,
  ]
}
