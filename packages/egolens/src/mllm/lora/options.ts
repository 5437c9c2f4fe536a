import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

/** The leaf names of a block's linear layers. */
export const projections = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
export type ProjectionName = (typeof projections)[number]

const schema = z.strictObject({
  r: z.int().positive().default(128),
  alpha: z.number().positive().default(256),
  dropout: z.number().min(0).max(1).default(0.1),
  targets: z
    .array(z.enum(projections))
    .min(1)
    .default([...projections]),
})

/** Low-rank adaptation; the defaults are Exo2Ego's (its appendix: r 128, alpha 256, dropout 0.1, all linear layers). */
export type LoraOptions = z.input<typeof schema>
export type LoraSettings = z.output<typeof schema>

/** @throws EgoLensError `lora/bad-option` naming the option */
export function checkLora(options: LoraOptions, where?: string): LoraSettings {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('lora/bad-option', `${issue.path.join('.') || 'the options'}: ${issue.message}`, { where })
}
