import { seedOf } from '../random.js'

/** The four worlds that must share nothing. */
export const worlds = ['kitchen', 'workshop', 'cafe', 'web'] as const
export type World = (typeof worlds)[number]

/** A seed that belongs to one world alone: its remainder by four names the world, so two worlds never share one. */
export function worldSeed(world: World, ...parts: (string | number)[]): number {
  const index = worlds.indexOf(world)
  return ((seedOf(world, ...parts) >>> 2) * 4 + index) >>> 0
}

/** The world that a seed belongs to. */
export const worldOf = (seed: number): World => worlds[seed % 4] as World
