import { join } from 'node:path'
import { silent } from '../progress.js'
import { duration } from './progress.js'
import type { Session } from './session.js'

export interface StageRunOptions {
  set: string[]
  dir?: string
  resume?: boolean
}

/** Trains a stage of Exo2Ego in the processes that the environment describes; the first of them tells what came of it. */
export async function trainStageRecipe(session: Session, options: StageRunOptions, path: string): Promise<undefined> {
  const [library, { distributed }] = await Promise.all([import('../exo2ego/index.js'), import('@egolens/torch')])
  const recipe = await library.readStageRecipe(path, options.set)
  const dir = options.dir ?? join('runs', recipe.name)
  const group = await distributed.init()
  const { signal } = session
  const progress = group.rank === 0 ? session.progress : silent
  const summary = await library.trainStage(recipe, { dir, resume: options.resume === true, progress, signal, group })
  const { worldSize, rank } = group
  await group.destroy()
  if (rank !== 0) return undefined
  for (const warning of summary.warnings) session.say(`warning: ${warning}`)
  const { title } = library.stages[recipe.stage]
  const { name, parameters, records, steps, seconds, loss } = summary
  const text = [
    `${name} (${title}): ${parameters} parameters, ${records} records, ${steps} steps in ${duration(seconds)}`,
    ...(worldSize > 1 ? [`${worldSize} processes`] : []),
    ...(loss === undefined ? [] : [`mean loss of the last epoch ${loss.toFixed(4)}`]),
    `The run is in ${dir}; the next stage begins from it: --set from=${dir}`,
  ]
  session.result({ ...summary, processes: worldSize }, text.join('\n'))
  return undefined
}
