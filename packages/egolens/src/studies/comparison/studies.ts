import { EgoLensError, nearest } from '../../errors.js'
import { methodsPixelsStudy, methodsStudy } from './methods.js'
import type { Study } from './plan.js'
import { xMicStudy } from './x-mic.js'

/** Studies by name. */
export const studies: ReadonlyMap<string, Study> = new Map(
  [xMicStudy, methodsStudy, methodsPixelsStudy].map((study) => [study.name, study]),
)

/**
 * The studies that make one up: "methods" is the methods on features, then those on pixels with all others again.
 * @throws EgoLensError `study/unknown`
 */
export const partsOf = (name: string): Study[] =>
  name === methodsStudy.name ? [methodsStudy, methodsPixelsStudy] : [studyNamed(name)]

/** @throws EgoLensError `study/unknown` */
export function studyNamed(name: string): Study {
  const found = studies.get(name)
  if (found) return found
  const near = nearest(name, studies.keys())
  throw new EgoLensError('study/unknown', `there is no study "${name}"`, {
    cure: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known: ${[...studies.keys()].join(', ')}`,
  })
}
