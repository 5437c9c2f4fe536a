import { listModels } from '../../weights/list.js'
import type { Finding } from './finding.js'

export async function modelsFound(): Promise<Finding> {
  const found = await listModels()
  const small = found.some((model) => model.name === 'small')
  return {
    name: 'models',
    status: small ? 'ok' : 'fail',
    value: found.map((model) => model.name).join(', ') || 'none',
    ...(small ? {} : { cure: 'the embedded small CLIP is missing: install egolens again' }),
  }
}
