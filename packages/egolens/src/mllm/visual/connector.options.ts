import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

const count = z.int().positive()

/** How the STC connector is built (VideoLLaMA2, Cheng et al. 2024, section 2.2). */
export const connectorOptions = z.strictObject({
  kind: z
    .enum(['stc', 'v35', 'stp'])
    .default('stc')
    .describe('down-sampling: stc, a convolution padded by 1; v35, one without padding; stp, means'),
  downsample: z.tuple([count, count, count]).default([2, 2, 2]).describe('frames, rows and columns that become one'),
  depth: count.default(4).describe('RegNet blocks before, and again after the down-sampling'),
  mlpDepth: count.default(2).describe('linear layers of the read-out'),
})
export type ConnectorOptions = z.output<typeof connectorOptions>
export type ConnectorInput = z.input<typeof connectorOptions>

export type Grid = readonly [frames: number, rows: number, columns: number]

/** Zeros on each side of frames, rows and columns before they are put together. */
export const connectorPadding = ({ kind }: Pick<ConnectorOptions, 'kind'>): number => (kind === 'stc' ? 1 : 0)

/**
 * How many frames, rows and columns of tokens the connector gives.
 *
 * @throws EgoLensError `mllm/too-small` where one of them is none
 * @example
 * connectorGrid([16, 24, 24]) // [9, 13, 13]
 */
export function connectorGrid(input: Grid, options: ConnectorInput = {}): [number, number, number] {
  const { downsample, kind } = connectorOptions.parse(options)
  const padding = connectorPadding({ kind })
  const grid = input.map((size, i) => Math.floor((size + 2 * padding) / downsample[i]!)) as [number, number, number]
  if (grid.every((size) => size > 0)) return grid
  throw new EgoLensError(
    'mllm/too-small',
    `${input.join(' x ')} frames, rows and columns are fewer than the ${downsample.join(' x ')} that become one`,
    { where: 'connector', cure: 'give more frames, or lower connector.downsample' },
  )
}

/**
 * How many visual tokens the language model sees of a video.
 *
 * @param grid patches along a side of a frame
 * @example
 * visualTokens(16, 24)                  // 1521
 * visualTokens(8, 24)                   // 845
 * visualTokens(16, 24, { kind: 'v35' }) // 1152
 */
export function visualTokens(frames: number, grid: number, options: ConnectorInput = {}): number {
  return connectorGrid([frames, grid, grid], options).reduce((a, b) => a * b, 1)
}
