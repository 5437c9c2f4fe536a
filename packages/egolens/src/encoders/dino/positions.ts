import { cat, F, ops, type Tensor } from '@egolens/torch'

/** What the published code adds to the wanted side before it divides, for models without registers. */
const offset = 0.1

/**
 * Position embeddings of another grid of patches, as DINO's and DINOv2's published code makes them (Caron et al., ICCV 2021;
 * Oquab et al., 2023; registers: Darcet et al., 2024). Without registers that is a bicubic
 * interpolation whose coordinates follow from the scale (grid + 0.1) / side, not from the two sides; with registers it
 * is an antialiased one, whose cubic kernel is another (a = -0.5, not -0.75).
 *
 * @param positions [1, 1 + side * side, W], the class token's first
 * @returns [1, 1 + grid * grid, W]
 */
export function fitPositions(positions: Tensor, grid: number, registers: boolean): Tensor {
  const [, length, width] = positions.shape as [number, number, number]
  const side = Math.round(Math.sqrt(length - 1))
  if (side === grid) return positions
  const patches = positions
    .narrow(1, 1, length - 1)
    .reshape([1, side, side, width])
    .permute([0, 3, 1, 2])
  const scale = (grid + offset) / side
  const fitted = registers
    ? F.interpolate(patches, { size: [grid, grid], mode: 'bicubic', antialias: true })
    : ops.upsample_bicubic2d(patches, [grid, grid], false, scale, scale)
  return cat([positions.narrow(1, 0, 1), fitted.permute([0, 2, 3, 1]).reshape([1, grid * grid, width])], 1)
}
