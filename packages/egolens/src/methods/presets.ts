type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** A preset's values, and over them those that a recipe gives. */
export function overPreset<P extends object, T extends object>(preset: P, options: T): P & Defined<T> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  return { ...preset, ...(given as Defined<T>) }
}
