/** A place in the world: x to the wearer's right, y up from the table, z away from the wearer, in centimetres. */
export type Vec3 = readonly [x: number, y: number, z: number]

/** Where a picture is taken from. `focal` is in pixels. */
export interface Camera {
  eye: Vec3
  target: Vec3
  focal: number
  width: number
  height: number
}

/** A point on the picture, and the pixels a centimetre spans there. */
export interface Projected {
  x: number
  y: number
  scale: number
}

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
]
const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
const dot = (a: Vec3, b: Vec3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
const unit = (a: Vec3): Vec3 => {
  const length = Math.hypot(...a) || 1
  return [a[0] / length, a[1] / length, a[2] / length]
}

/** The perspective projection of a camera. */
export function projection(camera: Camera): (point: Vec3) => Projected {
  const forward = unit(minus(camera.target, camera.eye))
  const right = unit(cross([0, 1, 0], forward))
  const up = cross(forward, right)
  return (point) => {
    const offset = minus(point, camera.eye)
    const depth = Math.max(4, dot(offset, forward))
    const scale = camera.focal / depth
    return {
      x: camera.width / 2 + dot(offset, right) * scale,
      y: camera.height / 2 - dot(offset, up) * scale,
      scale,
    }
  }
}

/** The wearer's eyes, looking down at the table. */
export function egoCamera(width: number, height: number): Camera {
  return { eye: [0, 46, -22], target: [0, 2, 13], focal: width * 1.16, width, height }
}

/** Where the cameras around the table stand: degrees to the right of straight ahead of the wearer, degrees up, centimetres away, and how near they zoom. */
const posts = [
  { around: -34, up: 26, away: 124, zoom: 1.1 },
  { around: 47, up: 34, away: 136, zoom: 1.32 },
  { around: -124, up: 33, away: 112, zoom: 1.12 },
  { around: 143, up: 44, away: 112, zoom: 1.26 },
] as const

/** Four fixed cameras around the table: two see the wearer from the front, two over the shoulders. */
export function exoCameras(width: number, height: number): Camera[] {
  return posts.map(({ around, up, away, zoom }) => {
    // From the front the face is in view too.
    const target: Vec3 = Math.abs(around) < 90 ? [0, 21, 0] : [0, 10, 6]
    const [a, b] = [(around * Math.PI) / 180, (up * Math.PI) / 180]
    const eye = add(target, [away * Math.sin(a) * Math.cos(b), away * Math.sin(b), away * Math.cos(a) * Math.cos(b)])
    return { eye, target, focal: width * zoom, width, height }
  })
}

/** Whether a camera is the wearer's eyes. */
export const isEgo = ({ eye, width, height }: Camera): boolean =>
  egoCamera(width, height).eye.every((value, i) => value === eye[i])

/** How much of a thing's width and of its turns a camera sees, negative for one that faces the wearer. */
export function facingOf({ eye, target }: Camera): number {
  const forward = unit(minus(target, eye))
  return unit(cross([0, 1, 0], forward))[0]
}

/** Points of a standing picture's plane: how far `dx` right and `dy` down in the picture lead in the world. */
export const inPlane = (at: Vec3, dx: number, dy: number): Vec3 => [at[0] + dx, at[1] - dy * 0.64, at[2] - dy * 0.77]
