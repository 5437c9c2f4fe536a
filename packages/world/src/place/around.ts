import type { SKRSContext2D } from '@napi-rs/canvas'
import { css, hsl, lighten } from '../draw/colour.js'
import { Random } from '../random.js'
import type { Camera, Vec3 } from './camera.js'
import { projection } from './camera.js'
import type { PlaceName } from './names.js'
import { area, EDGE, NEAR, SIDE, surroundings } from './rooms.js'

/** How far below the table's top the floor lies, in centimetres. */
const FLOOR = -86
/** How far behind the table the next wall stands, as a camera looks. */
const BEHIND = 210

/** Paints what a camera sees of the room beyond the table: the floor, the wall opposite and what hangs on it. */
export function paintAround(ctx: SKRSContext2D, camera: Camera, place: PlaceName, seed: number): void {
  const random = new Random(seed)
  const base = surroundings[place]
  const wall = lighten({ ...base, h: base.h + random.range(-12, 12) }, random.range(8, 20))
  const project = projection(camera)
  const at = opposite(camera)
  const line = project(at(0, FLOOR)).y
  const light = ctx.createLinearGradient(0, line - camera.height, 0, line)
  light.addColorStop(0, css(lighten(wall, 6)))
  light.addColorStop(1, css(lighten(wall, -9)))
  ctx.fillStyle = light
  ctx.fillRect(0, 0, camera.width, camera.height)
  for (let i = 0, from = -260 + random.range(0, 60); from < 240; i++) {
    const width = random.range(34, 78)
    const low = random.range(-30, 20)
    const top = low + random.range(36, 80)
    const tone = random.chance(0.4)
      ? hsl(205, random.range(12, 30), random.range(68, 84))
      : lighten({ ...wall, h: wall.h + random.range(-40, 40), s: wall.s + 14 }, random.range(-22, 12))
    const card = (grow: number, colour: string) =>
      area(
        ctx,
        project,
        [
          at(from - grow, low - grow),
          at(from + width + grow, low - grow),
          at(from + width + grow, top + grow),
          at(from - grow, top + grow),
        ],
        colour,
      )
    card(2.4, css(lighten(wall, -18)))
    card(0, css(tone))
    if (i % 2)
      area(
        ctx,
        project,
        [
          at(from, low),
          at(from + width, low),
          at(from + width, low + (top - low) * 0.45),
          at(from, low + (top - low) * 0.45),
        ],
        css(lighten(tone, -8)),
      )
    from += width + random.range(18, 60)
  }
  const ground = ctx.createLinearGradient(0, line, 0, camera.height)
  ground.addColorStop(0, css(lighten(base, -16)))
  ground.addColorStop(1, css(lighten(base, -6)))
  ctx.fillStyle = ground
  ctx.fillRect(0, line, camera.width, camera.height)
}

/** Points of the wall that a camera looks at, by centimetres along it and above the table's top. */
function opposite({ eye, target }: Camera) {
  const [dx, dz] = [target[0] - eye[0], target[2] - eye[2]]
  const length = Math.hypot(dx, dz)
  const [fx, fz] = [dx / length, dz / length]
  const across: Vec3 = [fz, 0, -fx]
  return (along: number, y: number): Vec3 => [
    target[0] + fx * BEHIND + across[0] * along,
    y,
    target[2] + fz * BEHIND + across[2] * along,
  ]
}

/** Paints the sides of the table that a camera sees, from the board's edge to the floor. */
export function paintSides(
  ctx: SKRSContext2D,
  { eye }: Camera,
  project: ReturnType<typeof projection>,
  place: PlaceName,
): void {
  const base = surroundings[place]
  const sides: [seen: boolean, from: readonly [number, number], to: readonly [number, number], dark: number][] = [
    [eye[2] > EDGE, [-SIDE, EDGE], [SIDE, EDGE], -4],
    [eye[2] < NEAR, [-SIDE, NEAR], [SIDE, NEAR], -4],
    [eye[0] < -SIDE, [-SIDE, NEAR], [-SIDE, EDGE], -10],
    [eye[0] > SIDE, [SIDE, NEAR], [SIDE, EDGE], -10],
  ]
  for (const [seen, [ax, az], [bx, bz], dark] of sides) {
    if (!seen) continue
    const strip = (top: number, low: number, tone: number) =>
      area(
        ctx,
        project,
        [
          [ax, top, az],
          [bx, top, bz],
          [bx, low, bz],
          [ax, low, az],
        ],
        css(lighten(base, tone)),
      )
    strip(0, FLOOR, dark - 8)
    strip(0, -4, dark + 6)
  }
}
