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

/** Four fixed cameras about the table, seen from the far side and the corners. */
export function exoCameras(width: number, height: number): Camera[] {
  const eyes: Vec3[] = [
    [-75, 62, 70],
    [75, 62, 70],
    [-95, 58, -15],
    [95, 58, -15],
  ]
  return eyes.map((eye) => ({ eye, target: [0, 8, 10], focal: width * 1.1, width, height }))
}

/** Points of a standing picture's plane: how far `dx` right and `dy` down in the picture lead in the world. */
export const inPlane = (at: Vec3, dx: number, dy: number): Vec3 => [at[0] + dx, at[1] - dy * 0.64, at[2] - dy * 0.77]
