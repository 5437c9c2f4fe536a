// Asks the dispatcher for the schemas of the operators in ops.list.json and writes src/ops.generated.ts.
// Run after the packages and the add-on are built: node packages/torch/scripts/generate-ops.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { addon } = await import('../dist/addon.js')
const families = JSON.parse(readFileSync(here('ops.list.json'), 'utf8'))

const tsTypes = {
  Tensor: 'Tensor',
  Scalar: 'number | boolean',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  bool: 'boolean',
  str: 'string',
  ScalarType: 'DType',
  Device: 'Device',
  Generator: 'Generator',
  Layout: 'null',
  MemoryFormat: 'null',
}

/** `Tensor(a!) self`, `int[2] stride=[1, 1]`, `Tensor?[] indices` -> its parts. */
function parseType(text) {
  const match = /^([A-Za-z]+)(\([^)]*\))?(\?)?(\[(\d*)\])?(\?)?$/.exec(text)
  if (!match) throw new Error(`cannot read the type ${text}`)
  const [, base, , optionalElement, list, , optional] = match
  if (!(base in tsTypes)) throw new Error(`no TypeScript type for ${base}`)
  return {
    base,
    list: list !== undefined,
    optionalElement: list !== undefined && optionalElement !== undefined,
    optional: list ? optional !== undefined : optionalElement !== undefined,
    sized: /\[\d+\]/.test(list ?? ''),
  }
}

function splitTop(text) {
  const parts = []
  let depth = 0
  let from = 0
  for (let i = 0; i <= text.length; i++) {
    const c = text[i]
    if (c === '[' || c === '(') depth++
    else if (c === ']' || c === ')') depth--
    else if ((c === ',' && depth === 0) || i === text.length) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  return parts.filter((part) => part !== '')
}

function parse(schema) {
  const arrow = schema.lastIndexOf(' -> ')
  const open = schema.indexOf('(')
  const argumentsText = schema
    .slice(open + 1, arrow)
    .trim()
    .replace(/\)$/, '')
  const parameters = splitTop(argumentsText)
    .filter((part) => part !== '*')
    .map((part) => {
      const [declaration, fallback] = part.split('=')
      const space = declaration.trim().lastIndexOf(' ')
      return {
        name: declaration.trim().slice(space + 1),
        type: parseType(declaration.trim().slice(0, space)),
        fallback,
      }
    })
  const returnsText = schema.slice(arrow + 4).trim()
  const returns = splitTop(returnsText.startsWith('(') ? returnsText.slice(1, -1) : returnsText).map((part) =>
    parseType(part.split(' ')[0]),
  )
  return { parameters, returns }
}

const reserved = new Set(['in', 'input', 'default', 'function', 'new', 'with', 'out'])
const camel = (name) => name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, c) => c.toUpperCase())
const parameterName = (name) => (reserved.has(name) && name !== 'input' ? `${name}_` : camel(name))

function tsType({ base, list, optional, optionalElement, sized }) {
  let type = tsTypes[base]
  if (list)
    type = `readonly ${optionalElement ? `(${type} | null)` : type.includes('|') ? `(${type})` : type}[]${sized && base !== 'Tensor' ? ` | ${type}` : ''}`
  return optional && type !== 'null' ? `${type} | null` : type
}

function passed({ name, type }) {
  const value = parameterName(name)
  if (type.base === 'Tensor' && type.list) return type.optionalElement ? `maybeHandles(${value})` : `handles(${value})`
  if (type.base === 'Tensor' || type.base === 'Generator') return `${value}${type.optional ? '?' : ''}.handle`
  return value
}

function result(returns) {
  const one = (type, expression) => {
    if (type.base !== 'Tensor')
      return [
        tsTypes[type.base] + (type.list ? '[]' : ''),
        `${expression} as ${tsTypes[type.base]}${type.list ? '[]' : ''}`,
      ]
    return type.list
      ? ['Tensor[]', `made(${expression} as number[])`]
      : ['Tensor', `new Tensor(${expression} as number)`]
  }
  if (returns.length === 0) return { type: 'void', body: (call) => call }
  if (returns.length === 1) {
    const [type] = one(returns[0], '')
    return { type, body: (call) => `return ${one(returns[0], call)[1]}` }
  }
  if (returns.every((type) => type.base === 'Tensor' && !type.list)) {
    const tuple = `[${returns.map(() => 'Tensor').join(', ')}]`
    return { type: tuple, body: (call) => `return made(${call} as number[]) as ${tuple}` }
  }
  throw new Error('a mixed result needs a hand-written wrapper')
}

const identifier = (name) => name.replace('.', '_')

const lines = []
let count = 0
for (const [family, names] of Object.entries(families)) {
  lines.push('', `// ${family}`)
  for (const full of names) {
    const [name, overload = ''] = full.split('.')
    const schema = addon.schema(`aten::${name}`, overload)
    if (schema === null) {
      process.stderr.write(`left out, not in this libtorch: ${full}\n`)
      continue
    }
    const { parameters, returns } = parse(schema)
    let optionalFrom = parameters.length
    while (optionalFrom > 0) {
      const { fallback, type } = parameters[optionalFrom - 1]
      if (fallback === undefined && !type.optional) break
      optionalFrom--
    }
    const signature = parameters
      .map(
        ({ name, type }, i) =>
          `${parameterName(name)}${i >= optionalFrom ? '?' : ''}: ${tsType(type)}${i < optionalFrom || type.optional ? '' : ''}`,
      )
      .join(', ')
    const given = parameters.map((parameter, i) => {
      const text = passed(parameter)
      const { base, list, optional } = parameter.type
      if (i < optionalFrom || optional) return text
      return base === 'Tensor' && list ? text : text.replace(/(?<!\?)\.handle$/, '?.handle')
    })
    // An operator that writes to its first argument gives that argument back, not a second handle on it.
    const inPlace = returns.length === 1 && /\(Tensor\([a-z]!\) self/.test(schema)
    const { type, body } = inPlace
      ? { type: 'Tensor', body: (call) => `${call.replace('addon.call', 'addon.run')}\n  return self` }
      : result(returns)
    const id = `op_${identifier(full)}`
    lines.push(
      `const ${id} = addon.op('aten::${name}', '${overload}')`,
      `/** ${schema} */`,
      `export function ${identifier(full)}(${signature}): ${type} {`,
      `  ${body(`addon.call(${[id, ...given].join(', ')})`)}`,
      '}',
    )
    count++
  }
}

writeFileSync(
  here('../src/ops.generated.ts'),
  `// Written by scripts/generate-ops.mjs from the dispatcher's own schemas (libtorch ${addon.version()}); do not edit.
// One function for each operator overload: the operator's name, then the overload's.
import { addon, type Handle } from './addon.js'
import type { Device } from './device.js'
import type { DType } from './dtype.js'
import type { Generator } from './generator.js'
import { Tensor } from './tensor/core.js'

const handles = (tensors: readonly Tensor[]): Handle[] => tensors.map((tensor) => tensor.handle)
const maybeHandles = (tensors: readonly (Tensor | null)[]): (Handle | null)[] => tensors.map((tensor) => tensor?.handle ?? null)
const made = (list: Handle[]): Tensor[] => list.map((handle) => new Tensor(handle))
${lines.join('\n')}
`,
)
process.stderr.write(`${count} operators\n`)
