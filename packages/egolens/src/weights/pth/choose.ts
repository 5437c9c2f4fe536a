import { EgoLensError } from '../../errors.js'
import { type Dict, kindOf, PthTensor, type Value } from './values.js'

/** The part of a checkpoint that is converted. */
export interface Chosen {
  /** The key that holds it, or undefined for the top level. */
  key: string | undefined
  /** What was cut off the names. */
  stripped: string | undefined
  tensors: Map<string, PthTensor>
  /** What is not a tensor there, or lies beside it. */
  leftOut: { name: string; why: string }[]
}

const usual = ['state_dict', 'model', 'model_state_dict']

/**
 * Finds the tensors to convert: under `key` (dots reach deeper), else under the one usual name that is there
 * (state_dict, model, model_state_dict), else at the top level.
 *
 * @param strip a prefix to cut off the names that have it; `module.` is cut off without being asked when all have it
 * @throws EgoLensError `pth/no-tensors`, `pth/ambiguous`, `pth/names`
 */
export function choose(value: Value, where: string, options: { key?: string; strip?: string } = {}): Chosen {
  if (!(value instanceof Map)) throw none(`the checkpoint is ${kindOf(value)}, not a dict`, where, [])
  const key = options.key ?? usualKey(value, where)
  const dict = key === undefined ? value : at(value, key, where)
  const tensors = new Map<string, PthTensor>()
  const leftOut: Chosen['leftOut'] = []
  for (const [name, item] of dict) {
    if (typeof name === 'string' && item instanceof PthTensor) tensors.set(name, item)
    else leftOut.push({ name: nameOf(name, key), why: reason(name, item) })
  }
  if (tensors.size === 0)
    throw none(`there are no tensors ${key ? `under "${key}"` : 'at the top level'}`, where, places(value))
  if (key !== undefined) leftOut.push(...beside(value, key))
  return { key, ...renamed(tensors, where, options.strip), leftOut }
}

function usualKey(value: Dict, where: string): string | undefined {
  const found = usual.filter((name) => holdsTensors(value.get(name) ?? null))
  if (found.length <= 1) return found[0]
  throw new EgoLensError('pth/ambiguous', `tensors are under ${found.join(' and ')}`, {
    where,
    cure: `choose by --key ${found[0]}`,
  })
}

function at(value: Dict, key: string, where: string): Dict {
  const whole = value.get(key)
  const found = whole === undefined ? key.split('.').reduce<Value | undefined>(step, value) : whole
  if (found instanceof Map) return found
  const what = found === undefined ? `there is no "${key}"` : `"${key}" is ${kindOf(found)}, not a dict`
  throw none(what, where, places(value))
}

const step = (value: Value | undefined, part: string) => (value instanceof Map ? value.get(part) : undefined)

const holdsTensors = (value: Value) => value instanceof Map && [...value.values()].some((v) => v instanceof PthTensor)

/** Keys of the top level that hold tensors. */
const places = (value: Dict) =>
  [...value].filter(([, item]) => holdsTensors(item)).map(([name]) => nameOf(name, undefined))

function beside(value: Dict, key: string): Chosen['leftOut'] {
  const first = value.has(key) ? key : key.split('.')[0]!
  return [...value]
    .filter(([name]) => name !== first)
    .map(([name, item]) => ({ name: nameOf(name, undefined), why: `${kindOf(item)} beside ${key}` }))
}

function renamed(tensors: Map<string, PthTensor>, where: string, asked: string | undefined) {
  const names = [...tensors.keys()]
  const prefix = asked ?? (names.every((name) => name.startsWith('module.')) ? 'module.' : undefined)
  if (prefix === undefined || prefix === '') return { tensors, stripped: undefined }
  if (!names.some((name) => name.startsWith(prefix))) {
    throw new EgoLensError('pth/names', `no name begins with "${prefix}"`, { where, cure: `they are like ${names[0]}` })
  }
  const short = new Map<string, PthTensor>()
  for (const [name, tensor] of tensors) {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : name
    if (short.has(rest))
      throw new EgoLensError('pth/names', `without "${prefix}" two tensors are named "${rest}"`, { where })
    short.set(rest, tensor)
  }
  return { tensors: short, stripped: prefix }
}

function reason(name: Value, item: Value): string {
  if (typeof name !== 'string') return 'its name is no text'
  return holdsTensors(item) ? `a dict with tensors: convert it by --key` : kindOf(item)
}

const nameOf = (name: Value, under: string | undefined) => {
  const text = typeof name === 'string' || typeof name === 'number' ? String(name).slice(0, 120) : kindOf(name)
  return under === undefined ? text : `${under}.${text}`
}

function none(what: string, where: string, places: string[]): EgoLensError {
  const cure = places.length > 0 ? `there are some under ${places.slice(0, 10).join(', ')}: choose by --key` : undefined
  return new EgoLensError('pth/no-tensors', what, { where, ...(cure ? { cure } : {}) })
}
