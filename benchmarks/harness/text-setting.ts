import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Backbone, type LabelSets, loadClip } from 'egolens'
import { smallText, textB, tiny, writeRandomClip } from './random-clip.js'

/** Writes a CLIP whose text tower has B/16's size, or the smallest, beside a tiny image tower: features are cached. */
export async function writeTextClip(dir: string, quick: boolean): Promise<void> {
  await writeRandomClip(dir, { ...tiny, joint: quick ? tiny.joint : 512 }, quick ? smallText : textB)
}

/** Frozen towers for methods that learn in class texts. */
export async function textBackbone(dir: string): Promise<Backbone> {
  const { image, text } = await loadClip(dir)
  return { image, context: image, text, logitScale: Math.log(100) }
}

/**
 * Nouns as long as EPIC-KITCHENS-100's are in CLIP's tokens: of 300 there 239 are one token, 55 two and 6 three (Ego4D's
 * 521 are alike: 1.24 tokens on average). The words are those of the small vocabulary; a tower does not ask which.
 */
export function nouns(count: number): LabelSets {
  const words = wholeWords()
  const word = (i: number) => words[(i * 7) % words.length]!
  const names = Array.from({ length: count }, (_, k) => {
    const place = (k * 7) % 300
    const length = place < 239 ? 1 : place < 294 ? 2 : 3
    return Array.from({ length }, (_, i) => word(k + 31 * i)).join(' ')
  })
  return { noun: { dataset: 'random', component: 'noun', names, keys: names } }
}

function wholeWords(): string[] {
  const assets = join(dirname(createRequire(import.meta.url).resolve('egolens/package.json')), 'assets', 'small-clip')
  const { model } = JSON.parse(readFileSync(join(assets, 'tokenizer.json'), 'utf8')) as {
    model: { vocab: Record<string, number> }
  }
  return Object.keys(model.vocab)
    .filter((token) => /^[a-z]{2,}<\/w>$/.test(token))
    .map((token) => token.slice(0, -'</w>'.length))
}
