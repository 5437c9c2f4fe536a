import type { Colour } from '../draw/colour.js'
import { hsl } from '../draw/colour.js'
import type { Arms } from '../draw/hands.js'
import { styles } from '../draw/style.js'
import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'

/** The arms of a participant. */
export function armsOf(place: PlaceName, seed: number, participant: string): Arms {
  const random = new Random(worldSeed(place, 'arms', seed, participant))
  const skin = hsl(random.range(17, 28), random.range(32, 52), random.pick([36, 48, 58, 66, 73]) + random.range(-3, 3))
  const sleeved = random.chance(place === 'workshop' ? 0.8 : 0.55)
  const sleeve = hsl(random.pick(styles[place].hues), random.range(20, 50), random.range(24, 60))
  return {
    skin,
    ...(sleeved ? { sleeve } : {}),
    gloved: place === 'workshop' && sleeved && random.chance(0.25),
    size: random.range(0.76, 0.9),
  }
}

/** What others see of a participant. */
export interface Person {
  arms: Arms
  shirt: Colour
  hair: Colour
  /** How far the hair falls, 0 (short) to 1 (to the shoulders). */
  long: number
}

/** The person who wears the camera. */
export function personOf(place: PlaceName, seed: number, participant: string): Person {
  const arms = armsOf(place, seed, participant)
  const random = new Random(worldSeed(place, 'person', seed, participant))
  const shirt = hsl(random.pick(styles[place].hues), random.range(20, 50), random.range(28, 62))
  const hair = hsl(random.range(15, 40), random.range(8, 55), random.pick([10, 16, 24, 38, 66]))
  return { arms, shirt: arms.sleeve ?? shirt, hair, long: random.chance(0.45) ? random.range(0.6, 1) : 0 }
}

/** How the head has moved at a moment: shift in pixels, roll in radians, and zoom. */
export interface HeadMotion {
  dx: number
  dy: number
  roll: number
  zoom: number
}

const habits: Record<PlaceName, { sway: number; hertz: number; roll: number; jerk: number }> = {
  kitchen: { sway: 5, hertz: 0.32, roll: 0.025, jerk: 0.6 },
  workshop: { sway: 8, hertz: 0.6, roll: 0.045, jerk: 2.2 },
  cafe: { sway: 4, hertz: 0.22, roll: 0.018, jerk: 0.3 },
}

/** The moving head of a video, by time in seconds. */
export function headOf(place: PlaceName, seed: number): (time: number) => HeadMotion {
  const random = new Random(worldSeed(place, 'head', seed))
  const habit = habits[place]
  const wave = (amount: number, hertz: number) => {
    const parts = [1, 2.3, 4.1].map((factor) => ({
      phase: random.range(0, 6.283),
      rate: hertz * factor * random.range(0.8, 1.2) * 6.283,
      size: amount / factor,
    }))
    return (time: number) => parts.reduce((sum, { phase, rate, size }) => sum + size * Math.sin(phase + rate * time), 0)
  }
  const dx = wave(habit.sway, habit.hertz)
  const dy = wave(habit.sway * 0.7, habit.hertz)
  const roll = wave(habit.roll, habit.hertz)
  const zoom = wave(0.018, habit.hertz * 0.6)
  const shakeX = wave(habit.jerk, 3.1)
  const shakeY = wave(habit.jerk, 2.7)
  return (time) => ({
    dx: dx(time) + shakeX(time),
    dy: dy(time) + shakeY(time),
    roll: roll(time),
    zoom: 1.02 + zoom(time),
  })
}
