import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installedModel } from '../../hands/ssd/graph.js'
import type { Finding } from './finding.js'

const again = 'install again, without --omit=optional and on this machine: npm install'

/** Draws one pixel: the package's binary is of one platform, and an installation may have brought another's or none. */
export async function canvas(): Promise<Finding> {
  const name = 'canvas'
  try {
    const { createCanvas } = await import('@napi-rs/canvas')
    createCanvas(1, 1).getContext('2d').fillRect(0, 0, 1, 1)
    return { name, status: 'ok', value: '@napi-rs/canvas draws' }
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]!
    return { name, status: 'fail', value: `the small world and drawn hands need @napi-rs/canvas: ${why}`, cure: again }
  }
}

/** @throws EgoLensError `hands/no-weights` */
export function handWeights(): Finding {
  const folder = installedModel()
  const there = existsSync(join(folder, 'model.json'))
  const value = there ? 'SSD, from handtrackjs' : `handtrackjs is there, but has no model.json in ${folder}`
  return { name: 'hand detector', status: there ? 'ok' : 'fail', value, ...(there ? {} : { cure: again }) }
}
