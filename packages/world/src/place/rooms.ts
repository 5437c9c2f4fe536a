import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Colour } from '../draw/colour.js'
import { css, hsl, lighten } from '../draw/colour.js'
import { Random } from '../random.js'
import type { Projected, Vec3 } from './camera.js'
import type { PlaceName } from './names.js'

type Project = (point: Vec3) => Projected

/** A room as a camera sees it; the wall behind the table is left out for one that stands behind it. */
interface View {
  ctx: SKRSContext2D
  project: Project
  wall: boolean
}

/** Depth of the table's far edge. */
export const EDGE = 40

export function area(
  ctx: SKRSContext2D,
  project: Project,
  corners: readonly Vec3[],
  fill: string | CanvasGradient,
): void {
  ctx.fillStyle = fill as string
  ctx.beginPath()
  for (const [i, corner] of corners.entries()) {
    const { x, y } = project(corner)
    if (i) ctx.lineTo(x, y)
    else ctx.moveTo(x, y)
  }
  ctx.closePath()
  ctx.fill()
}

type CanvasGradient = ReturnType<SKRSContext2D['createLinearGradient']>

function stroke(ctx: SKRSContext2D, project: Project, points: readonly Vec3[], width: number, style: string): void {
  ctx.strokeStyle = style
  ctx.beginPath()
  for (const [i, point] of points.entries()) {
    const { x, y, scale } = project(point)
    ctx.lineWidth = width * scale
    if (i) ctx.lineTo(x, y)
    else ctx.moveTo(x, y)
  }
  ctx.stroke()
}

/** Depth of its near edge, and how far it reaches to each side. */
export const NEAR = -16
export const SIDE = 70

function lit(ctx: SKRSContext2D, project: Project, colour: Colour, dark: number): CanvasGradient {
  const far = project([0, 0, EDGE])
  const near = project([0, 0, NEAR])
  const gradient = ctx.createLinearGradient(far.x - 60, far.y, near.x + 50, near.y)
  gradient.addColorStop(0, css(lighten(colour, -dark)))
  gradient.addColorStop(0.45, css(lighten(colour, dark * 0.4)))
  gradient.addColorStop(1, css(lighten(colour, -dark * 0.7)))
  return gradient
}

const floor = (from: number, to: number, near = NEAR, far = EDGE): Vec3[] => [
  [from, 0, near],
  [to, 0, near],
  [to, 0, far],
  [from, 0, far],
]

function planks(
  ctx: SKRSContext2D,
  project: Project,
  colour: Colour,
  random: Random,
  width: number,
  across: boolean,
): void {
  const end = across ? EDGE : SIDE
  for (let at = across ? NEAR : -SIDE; at < end; at += width) {
    const tone = css(lighten(colour, random.range(-6, 6)))
    area(ctx, project, across ? floor(-SIDE, SIDE, at, Math.min(EDGE, at + width)) : floor(at, at + width), tone)
    for (let i = 0; i < 4; i++) {
      const off = at + width * random.next()
      const bend = random.range(-0.8, 0.8)
      const points: Vec3[] = across
        ? [
            [-SIDE, 0, off],
            [random.range(-20, 20), 0, off + bend],
            [SIDE, 0, off],
          ]
        : [
            [off, 0, NEAR],
            [off + bend, 0, 12],
            [off, 0, EDGE],
          ]
      stroke(ctx, project, points, 0.2, css(lighten(colour, -12), 0.35))
    }
    stroke(
      ctx,
      project,
      across
        ? [
            [-SIDE, 0, at],
            [SIDE, 0, at],
          ]
        : [
            [at, 0, NEAR],
            [at, 0, EDGE],
          ],
      0.3,
      css(lighten(colour, -24), 0.7),
    )
  }
}

function specks(
  ctx: SKRSContext2D,
  project: Project,
  random: Random,
  count: number,
  colours: readonly Colour[],
  size: number,
): void {
  for (let i = 0; i < count; i++) {
    const { x, y, scale } = project([random.range(-34, 34), 0, random.range(-12, EDGE)])
    ctx.fillStyle = css(random.pick(colours), 0.6)
    ctx.beginPath()
    ctx.ellipse(
      x,
      y,
      scale * size * random.range(0.4, 1.3),
      scale * size * random.range(0.3, 0.8),
      random.range(0, 3),
      0,
      2 * Math.PI,
    )
    ctx.fill()
  }
}

function tiles({ ctx, project, wall }: View, colour: Colour, random: Random, size: number): void {
  for (let x = -SIDE; x < SIDE; x += size)
    for (let y = 0; y < 36; y += size) {
      const tone = css(lighten(colour, random.range(-4, 4)))
      if (!wall) continue
      area(
        ctx,
        project,
        [
          [x + 0.2, y + 0.2, EDGE],
          [x + size - 0.2, y + 0.2, EDGE],
          [x + size - 0.2, y + size - 0.2, EDGE],
          [x + 0.2, y + size - 0.2, EDGE],
        ],
        tone,
      )
    }
}

const WALL = 60

function paintWall({ ctx, project, wall }: View, fill: string): void {
  if (!wall) return
  const corners: Vec3[] = [
    [-SIDE, 0, EDGE],
    [SIDE, 0, EDGE],
    [SIDE, WALL, EDGE],
    [-SIDE, WALL, EDGE],
  ]
  area(ctx, project, corners, fill)
}

function kitchen(view: View, random: Random): void {
  const { ctx, project } = view
  const warm = hsl(random.range(22, 40), random.range(28, 48), random.range(52, 68))
  const kind = random.int(3)
  paintWall(view, css(hsl(random.range(20, 60), 14, 62)))
  tiles(
    view,
    hsl(random.pick([35, 45, 95, 200]), random.range(10, 26), random.range(76, 88)),
    random,
    random.pick([7, 9, 11]),
  )
  if (kind === 0) planks(ctx, project, warm, random, random.range(7, 11), true)
  else {
    const stone = kind === 1 ? hsl(random.range(20, 45), 12, random.range(64, 80)) : warm
    area(ctx, project, floor(-SIDE, SIDE), lit(ctx, project, stone, 7))
    if (kind === 1)
      specks(ctx, project, random, 320, [lighten(stone, -26), lighten(stone, -14), lighten(stone, 12)], 0.35)
    else
      for (let i = 0; i < 26; i++) {
        const z = random.range(-14, EDGE)
        stroke(
          ctx,
          project,
          [
            [-SIDE, 0, z],
            [random.range(-15, 15), 0, z + random.range(-2, 2)],
            [SIDE, 0, z],
          ],
          0.25,
          css(lighten(stone, -14), 0.4),
        )
      }
  }
}

function workshop(view: View, random: Random): void {
  const { ctx, project } = view
  paintWall(view, css(hsl(random.range(190, 230), 10, random.range(26, 38))))
  for (let x = -SIDE; view.wall && x < SIDE; x += 4)
    for (let y = 3; y < 30; y += 4) {
      const hole = project([x, y, EDGE])
      ctx.fillStyle = 'rgba(0,0,0,0.45)'
      ctx.beginPath()
      ctx.arc(hole.x, hole.y, hole.scale * 0.45, 0, 2 * Math.PI)
      ctx.fill()
    }
  const kind = random.int(3)
  const base =
    kind === 0
      ? hsl(24, 22, random.range(28, 38))
      : kind === 1
        ? hsl(208, 8, random.range(42, 54))
        : hsl(random.range(140, 165), 16, random.range(30, 38))
  area(ctx, project, floor(-SIDE, SIDE), lit(ctx, project, base, 9))
  if (kind === 0) planks(ctx, project, base, random, random.range(9, 14), random.chance(0.5))
  for (let i = 0; i < 46; i++) {
    const x = random.range(-32, 32)
    const z = random.range(-12, EDGE)
    const length = random.range(2, 11)
    const turn = random.range(0, Math.PI)
    stroke(
      ctx,
      project,
      [
        [x, 0, z],
        [x + Math.cos(turn) * length, 0, z + Math.sin(turn) * length],
      ],
      random.range(0.1, 0.3),
      css(lighten(base, random.pick([-14, 16])), 0.5),
    )
  }
  specks(ctx, project, random, 14, [hsl(20, 20, 14), hsl(0, 0, 20)], 1.6)
}

function cafe(view: View, random: Random): void {
  const { ctx, project } = view
  const pastel = hsl(random.pick([160, 200, 280, 340]), random.range(18, 30), random.range(76, 86))
  paintWall(view, css(pastel))
  for (let x = -SIDE; view.wall && x < SIDE; x += 6)
    stroke(
      ctx,
      project,
      [
        [x, 0, EDGE],
        [x, 50, EDGE],
      ],
      2.4,
      css(lighten(pastel, 6), 0.8),
    )
  const kind = random.int(3)
  const top = kind === 0 ? hsl(210, 8, 90) : kind === 1 ? hsl(36, 30, 80) : hsl(random.pick([350, 200, 130]), 28, 88)
  area(ctx, project, floor(-SIDE, SIDE), lit(ctx, project, top, 5))
  if (kind === 0)
    for (let i = 0; i < 12; i++) {
      let x = random.range(-34, 34)
      let z = random.range(-12, EDGE)
      const vein: Vec3[] = [[x, 0, z]]
      for (let j = 0; j < 6; j++) {
        x += random.range(-2, 5)
        z += random.range(-4, 4)
        vein.push([x, 0, z])
      }
      stroke(ctx, project, vein, 0.3, css(hsl(215, 10, 66), 0.55))
    }
  if (kind === 1) planks(ctx, project, top, random, 5, false)
  if (kind === 2) {
    for (let x = -42; x < 42; x += 6) area(ctx, project, floor(x, x + 3), css(lighten(top, -16), 0.45))
    for (let z = NEAR; z < EDGE; z += 6)
      area(ctx, project, floor(-SIDE, SIDE, z, Math.min(EDGE, z + 3)), css(lighten(top, -16), 0.45))
  }
}

/** What is seen beyond table and wall. */
export const surroundings: Record<PlaceName, Colour> = {
  kitchen: hsl(28, 18, 40),
  workshop: hsl(215, 8, 22),
  cafe: hsl(25, 20, 62),
}

/** Paints a place's table and wall as the wearer sees them; the seed decides wood, stone, tiles and colours. */
export function paintRoom(ctx: SKRSContext2D, place: PlaceName, seed: number, project: Project): void {
  ctx.fillStyle = css(surroundings[place])
  ctx.fillRect(-200, -200, 2000, 2000)
  paintTable({ ctx, project, wall: true }, place, seed)
}

/** The same table and wall alone, as any camera sees them. */
export function paintTable(view: View, place: PlaceName, seed: number): void {
  const { ctx, project } = view
  ;({ kitchen, workshop, cafe })[place](view, new Random(seed))
  if (!view.wall) return
  // The far strip of the table lies in the wall's shade.
  const far = project([0, 0, EDGE])
  const near = project([0, 0, EDGE - 9])
  const shade = ctx.createLinearGradient(far.x, far.y, near.x, near.y)
  shade.addColorStop(0, 'rgba(0,0,0,0.38)')
  shade.addColorStop(1, 'rgba(0,0,0,0)')
  area(ctx, project, floor(-SIDE, SIDE, EDGE - 9, EDGE), shade)
}
