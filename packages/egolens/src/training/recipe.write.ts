import { Document, isMap, isScalar, type YAMLMap } from 'yaml'
import type { z } from 'zod'
import { resolvedSchema } from './recipe.schema.js'

interface Described {
  description?: string
  _zod: { def: { innerType?: Described; shape?: Record<string, Described> } }
}

/** A recipe as text, every value with what it means in a trailing comment. @param schema has the meanings */
export function writeRecipe(recipe: object, schema: z.ZodType = resolvedSchema): string {
  const document = new Document(JSON.parse(JSON.stringify(recipe)))
  if (isMap(document.contents)) comment(document.contents, schema as unknown as Described)
  for (const key of ['norms', 'betas', 'views']) flow(document, key)
  return document.toString({ lineWidth: 0 })
}

function comment(map: YAMLMap, schema: Described): void {
  const shape = inner(schema)._zod.def.shape ?? {}
  for (const { key, value } of map.items) {
    const about = isScalar(key) ? shape[String(key.value)] : undefined
    if (!about) continue
    if (isMap(value)) comment(value, about)
    else if (isScalar(value) && about.description) value.comment = ` ${about.description}`
  }
}

/** Short lists stay on one line. */
function flow(document: Document, name: string): void {
  for (const path of [
    ['options', name],
    ['training', name],
    ['features', name],
  ]) {
    const node = document.getIn(path, true)
    if (node && typeof node === 'object' && 'flow' in node) node.flow = true
  }
}

const inner = (schema: Described): Described => (schema._zod.def.innerType ? inner(schema._zod.def.innerType) : schema)
