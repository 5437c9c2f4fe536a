import { parseTime } from '../../../../datasets/time.js'
import { EgoLensError } from '../../../../errors.js'

/** Seconds of "0:00:16.300". @throws EgoLensError `dataset/bad-time` */
export function clockTime(text: string | undefined, where: string): number {
  const seconds = text === undefined ? undefined : parseTime(text)
  if (seconds !== undefined) return seconds
  throw new EgoLensError('dataset/bad-time', `"${text ?? ''}" is no time`, {
    where,
    cure: 'times are like 0:01:02.500',
  })
}
