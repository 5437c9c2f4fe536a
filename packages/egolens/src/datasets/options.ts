import { z } from 'zod'
import { EgoLensError, nearest } from '../errors.js'

/**
 * Checks what a recipe says about a dataset and fills in defaults.
 *
 * @throws EgoLensError `dataset/options` naming the key; unknown keys come with a suggestion
 */
export function parseOptions<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const key = [where, ...issue.path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
    const unknown = issue.keys[0]!
    const similar = nearest(unknown, known)
    throw new EgoLensError('dataset/options', `unknown key "${unknown}"`, {
      where: key,
      cure: similar.length > 0 ? `did you mean "${similar[0]}"?` : `the keys are ${known.join(', ')}`,
    })
  }
  throw new EgoLensError('dataset/options', issue.message, { where: key })
}
