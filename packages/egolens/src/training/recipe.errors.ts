import { type Document, isNode, isPair, isScalar, type LineCounter, visit } from 'yaml'
import type { z } from 'zod'
import { EgoLensError, nearest } from '../errors.js'

type Path = readonly PropertyKey[]

/** A recipe's text, so that errors can say the line. */
export interface Located {
  document?: Document
  lines?: LineCounter
  /** The file's name. */
  where: string
  /** What `--set` gave. */
  set: string[]
}

/**
 * Everything that a schema found wrong, as one error; the first problem gives the place.
 * @param prefix where the checked part stands in the recipe
 */
export function refuse(error: z.ZodError, schema: z.ZodType, located: Located, prefix: Path = []): EgoLensError {
  const problems = error.issues.flatMap((issue): { path: Path; text: string; cure?: string }[] => {
    if (issue.code !== 'unrecognized_keys') {
      return [
        { path: [...prefix, ...issue.path], text: `${dotted([...prefix, ...issue.path])}: ${plain(issue.message)}` },
      ]
    }
    return issue.keys.map((key) => {
      const known = keysAt(schema, issue.path)
      const near = nearest(key, known)
      const path = [...prefix, ...issue.path, key]
      const cure = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known keys: ${known.join(', ')}`
      return { path, text: `${dotted(path)}: unknown key`, cure }
    })
  })
  const [first, ...others] = problems
  const rest = others.map(({ path, text, cure }) => `${locate(path, located)}: ${text}${cure ? ` (${cure})` : ''}`)
  const code = error.issues[0]?.code === 'unrecognized_keys' ? 'recipe/unknown-key' : 'recipe/invalid'
  const cure = first!.cure && rest.length > 0 ? ` (${first!.cure})` : ''
  return new EgoLensError(code, [first!.text + cure, ...rest].join('; '), {
    where: locate(first!.path, located),
    cure: rest.length > 0 ? undefined : first!.cure,
  })
}

/** "file.yaml:12", "--set training.epocs=2", or the file's name where the key is not in it. */
export function locate(path: Path, { document, lines, where, set }: Located): string {
  const key = dotted(path)
  const given = set.find((assignment) => key.startsWith(assignment.slice(0, assignment.indexOf('='))))
  if (given) return `--set ${given}`
  for (let length = path.length; length > 0 && document && lines; length--) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset !== undefined) return `${where}:${lines.linePos(offset).line}`
  }
  return where
}

function offsetOf(document: Document, path: Path): number | undefined {
  const parent = document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  let offset: number | undefined
  if (isNode(parent)) {
    visit(parent, {
      Pair(_, pair) {
        if (isPair(pair) && isScalar(pair.key) && pair.key.value === last) offset = pair.key.range?.[0]
        return offset === undefined ? visit.SKIP : visit.BREAK
      },
    })
  }
  if (offset !== undefined) return offset
  const node = document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}

/** The keys that an object schema has at a path, through defaults, arrays and transforms. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  const found = path.reduce<Inner | undefined>(
    (at, key) => {
      const inner = at && unwrap(at)
      if (!inner) return undefined
      return inner._zod.def.element ?? inner._zod.def.shape?.[String(key)]
    },
    schema as unknown as Inner,
  )
  return Object.keys((found && unwrap(found)._zod.def.shape) ?? {})
}

/** The part of a schema's inside that is read here. */
interface Inner {
  _zod: { def: { innerType?: Inner; in?: Inner; element?: Inner; shape?: Record<string, Inner> } }
}

function unwrap(schema: Inner): Inner {
  const { innerType, in: input } = schema._zod.def
  if (innerType) return unwrap(innerType)
  return input ? unwrap(input) : schema
}

const dotted = (path: Path) => path.map(String).join('.')

const plain = (message: string) => message.replace(/^Invalid (input|option): /, '')
