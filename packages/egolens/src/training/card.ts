import { basename, isAbsolute } from 'node:path'
import { type Result, readResult } from '../evaluation/result.js'
import { readIfThere } from '../files/read.js'
import { writeAtomic } from '../files.js'
import { methodNamed } from '../methods/registry.js'
import { type AdapterInfo, readAdapterInfo } from './adapter.js'
import { type Recipe, readRecipe } from './recipe.js'
import { runPaths } from './run-directory.js'
import type { RunSummary } from './run-summary.js'

/** What a card is written from. */
export interface CardParts {
  info: AdapterInfo
  recipe: Recipe
  /** Absent where the run's directory has none. */
  summary?: RunSummary
  /** Of an evaluation of these very weights. */
  result?: Result
}

const mark = '<!-- Written by egolens from adapter.json. Without this line it is left as it is. -->'

/**
 * Writes the model card, README.md, beside an adapter, from what is in its directory. A card that was written by hand
 * stays.
 *
 * @throws EgoLensError where adapter.json or recipe.yaml is not there
 */
export async function writeCard(directory: string): Promise<void> {
  const paths = runPaths(directory)
  const before = await readIfThere(paths.card)
  if (before !== undefined && !before.includes(mark)) return
  const [info, recipe] = [await readAdapterInfo(directory), await readRecipe(paths.recipe)]
  const summary = await readIfThere(paths.summary)
  const result = await readResult(paths.result).catch(() => undefined)
  const card = adapterCard({
    info,
    recipe,
    ...(summary === undefined ? {} : { summary: JSON.parse(summary) as RunSummary }),
    ...(result?.hashes.adapter === info.weights ? { result } : {}),
  })
  if (card !== before) await writeAtomic(paths.card, card)
}

/** The model card of an adapter, with the front matter that model hubs read. */
export function adapterCard({ info, recipe, summary, result }: CardParts): string {
  const { backbone } = info
  const base = isHubName(backbone.clip) ? `base_model: ${backbone.clip}\n` : ''
  const sections = [
    `---\nlibrary_name: egolens\ntags: [egocentric-video, action-recognition, ${info.method}]\n${base}---\n${mark}`,
    `# ${plain(info.name)}\n\n${opening(info)}`,
    `## What it is\n\n${facts(info, recipe, summary)}`,
    `## Figures\n\n${figures(result)}`,
    `## Use\n\n${use(info)}`,
    `## Classes\n\n${classes(info)}`,
    `## Licence\n\n${licence(info)}`,
  ]
  return `${sections.join('\n\n')}\n`
}

function opening({ method, components, backbone }: AdapterInfo): string {
  const what = `A trained adapter (${methodNamed(method).label}) that recognises ${components.map((c) => `${c}s`).join(' and ')} in first-person video.`
  const frozen = `The frozen weights that it stands on are not in it: ${shown(backbone.clip)} has to be there.`
  const toy = backbone.clip === 'small' ? ' They are those of a toy: on real video its answers mean nothing.' : ''
  return `${what} ${frozen}${toy}`
}

function facts(info: AdapterInfo, recipe: Recipe, summary: RunSummary | undefined): string {
  const { backbone, features } = info
  const { training } = recipe
  const { image, contextImage } = backbone
  const context = image.hash === contextImage.hash ? [] : [['context encoder', encoder(contextImage)]]
  return table([
    ['', ''],
    ['method', `${info.method}, options \`${JSON.stringify(info.options).replaceAll('|', '\\|')}\``],
    ['recognises', info.components.join(', ')],
    ['other classes than those it was trained on', info.transfersToNewLabels ? 'can be given' : 'cannot be given'],
    ['trained on', trainedOn(recipe)],
    ...(summary
      ? [['clips, trained numbers, steps', [summary.clips, summary.parameters, summary.steps].join(', ')]]
      : []),
    ['backbone', shown(backbone.clip)],
    ['image encoder', encoder(image)],
    ...context,
    [
      image.window
        ? `windows of a clip, ${image.window.frames} frames ${image.window.stride} s apart`
        : 'frames of a clip',
      `${info.frames}, from one every ${features.every} s, encoded in ${features.compute}`,
    ],
    ['hand boxes', features.hands.provider],
    ['recipe', `hash \`${info.recipe}\``],
    ['seed', String(training.seed)],
    ['adapter.safetensors', `sha256 \`${info.weights}\``],
  ])
}

function trainedOn({ data: { train }, protocol }: Recipe): string {
  const parts = [
    `${plain(train.dataset)}, split ${plain(train.split)}`,
    ...(train.limit === undefined ? [] : [`the first ${train.limit} clips`]),
    ...(train.spread === undefined ? [] : [`${train.spread} clips, evenly over the split`]),
    ...(protocol ? ['the base half of its classes'] : []),
    ...(train.shots === undefined ? [] : [`${train.shots} clips a class`]),
  ]
  return parts.join(', ')
}

function figures(result: Result | undefined): string {
  if (!result) return 'These weights have not been evaluated.'
  const rows = result.tests.flatMap(({ name, dataset, split, component, role, clips, classes, values }) =>
    Object.entries(values).map(([metric, value]) => [
      `${plain(name)} (${plain(dataset)}, ${plain(split)})`,
      role,
      component,
      metric,
      `${(100 * value).toFixed(2)} %`,
      `${clips} / ${classes}`,
    ]),
  )
  const all = result.summary.map(({ name, of, component, value }) => {
    const sets = of.map(plain).join(' and ')
    return `- ${name}${component ? ` (${component})` : ''} of ${sets}: ${(100 * value).toFixed(2)} %`
  })
  const about =
    'One seed, on the test sets that the recipe names; within is the dataset that it was trained on, cross another.'
  return [about, table([['test set', 'role', 'of', 'metric', 'value', 'clips / classes'], ...rows]), all.join('\n')]
    .filter(Boolean)
    .join('\n\n')
}

function use({ name }: AdapterInfo): string {
  const where = `A run's folder or, once it is in the Hugging Face cache, its name there stands for \`${name}\`.`
  const shell = `\`\`\`\negolens recognise VIDEO --run ${name}\n\`\`\``
  const code = `\`\`\`ts\nimport { Recogniser } from 'egolens'\n\nconst recogniser = await Recogniser.open(['${name}'])\nconst { segments } = await recogniser.recognise('video.mp4')\n\`\`\``
  return `${where}\n\n${shell}\n\n${code}`
}

function classes({ labels }: AdapterInfo): string {
  return Object.values(labels)
    .map((set) => {
      const names = set.names.map(plain).join(', ')
      return `${set.names.length} ${set.component}s of ${plain(set.dataset)}: ${names}.`
    })
    .join('\n\n')
}

function licence({ backbone }: AdapterInfo): string {
  const own = 'That of the adapter is for its maker to say.'
  if (backbone.clip === 'small') return `The frozen weights (\`small\`) are under Apache-2.0. ${own}`
  return `The licence of the frozen weights is not known to the toolkit: see where ${shown(backbone.clip)} comes from. ${own}`
}

const encoder = ({ name, hash, width }: AdapterInfo['backbone']['image']) =>
  `${shown(name)}, width ${width}, sha256 \`${hash}\``

/** A hub name as it is; of a folder of this machine only its last name. */
const shown = (name: string) => (isAbsolute(name) ? `${plain(basename(name))} (a folder)` : plain(name))

const isHubName = (name: string) => /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(name)

/** Names come from files of others: they are words here, never marks. */
const plain = (text: string) => text.replace(/\s+/g, ' ').replace(/[\\`*_<>|[\]#]/g, '\\$&')

function table([head, ...rows]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head!), `|${'---|'.repeat(head!.length)}`, ...rows.map(line)].join('\n')
}
