import { z } from 'zod'

/** A split of a dataset; what else the dataset's reader takes stands beside `dataset` and `split`. */
const data = z.looseObject({
  dataset: z.string().describe('a dataset reader: epic-kitchens-100, ego4d-fho-lta, own, ...'),
  split: z.string().describe('which of its splits'),
  limit: z.int().min(1).optional().describe('only the first so many clips'),
  spread: z.int().min(1).optional().describe('only so many clips, evenly over the split'),
})

const trainData = data.extend({
  shots: z.int().min(1).optional().describe('few-shot: so many clips of each class, or all that it has'),
  shotSeed: z.int().min(0).optional().describe('which clips those are; training.seed, if not said'),
})

const component = z.enum(['verb', 'noun'])

const namedData = data.extend({
  name: z.string().describe('how tables call it'),
  shared: z
    .union([z.string(), z.partialRecord(component, z.string())])
    .optional()
    .describe('a file of class names shared with training, or one each for verb and noun; equal names, if not said'),
  subsets: z
    .enum(['restricted', 'full'])
    .optional()
    .describe('which classes compete on shared, novel and base ones: those alone (if not said), or all'),
})

const protocol = z.strictObject({
  kind: z.enum(['base-to-novel']).describe('train on half of the classes, test on that half and on the other'),
  order: z.enum(['id', 'frequency', 'random']).default('id').describe('the first half of which order is base'),
  seed: z.int().min(0).default(1).describe('of the order random'),
  classes: z.enum(['all', 'present']).default('all').describe('halve all classes, or those with a training clip'),
  mixed: z
    .enum(['mask', 'drop'])
    .default('mask')
    .describe('a training clip with one base and one novel label: learn from the base one, or leave it out'),
})

const view = z.enum(['full', 'hand'])

const backbone = z.strictObject({
  clip: z
    .string()
    .default('small')
    .describe('weights of a CLIP or a LaViLa: small, a folder, or a name in the hub cache'),
  context: z.string().optional().describe('the encoder of the adapter path, if it is another one, such as a DINOv2'),
  longTexts: z
    .enum(['refuse', 'end', 'cut'])
    .optional()
    .describe(
      'texts that are too long: refuse (CLIP), cut before the end token (LaViLa), cut it too (its public code)',
    ),
})

const hands = z.strictObject({
  provider: z
    .enum(['file', 'ssd', 'none'])
    .default('file')
    .describe('file: the dataset names them; ssd: detected here'),
  handThreshold: z.number().min(0).max(1).optional().describe('least score of a hand; file: 0.8, ssd: its own'),
  objectThreshold: z.number().min(0).max(1).optional().describe('least score of an object in contact; file: 0.01'),
  grow: z.number().positive().optional().describe('factor on the box; file: 1, ssd: 1.8, as it knows no objects'),
  missing: z
    .enum(['full', 'previous', 'zero'])
    .default('full')
    .describe('no hands: the full frame, the last box of 2 s, or a feature of zeros'),
})

const window = z.strictObject({
  frames: z.int().min(1).optional().describe('frames of a window; those that the weights were trained for'),
  stride: z.number().positive().optional().describe('seconds between them; 0.5'),
})

const features = z.strictObject({
  store: z.string().default('features').describe('folder of the feature store'),
  every: z.number().positive().default(0.25).describe('seconds between frames, or between the middles of windows'),
  window: window.optional().describe('for encoders that see several frames at once, as LaViLa does'),
  views: z.array(view).min(1).optional().describe('full and hand; what the method needs, if not said'),
  hands: hands.prefault({}).describe('hand boxes, and the rule that makes a crop of them'),
  compute: z.enum(['float32', 'bfloat16', 'auto']).default('float32').describe('number type of the frozen encoders'),
})

const dataSection = z.strictObject({
  train: trainData,
  test: z.array(namedData).min(1).describe('each is scored at the end'),
  validation: z
    .strictObject({
      holdOut: z.number().gt(0).lt(1).optional().describe('share of the training clips, whole participants'),
      within: data.optional().describe('or a split of its own'),
      cross: data.optional().describe('a split of another dataset, never a test split'),
    })
    .default({})
    .describe('what model selection looks at'),
})

const training = z.strictObject({
  epochs: z.int().min(1).describe('passes over the training clips, all stages together'),
  batch: z.int().min(1).describe('clips a step'),
  frames: z.int().min(1).describe('frames, or windows, a clip'),
  optimizer: z.enum(['adamw', 'sgd']),
  lr: z.number().positive().describe('learning rate after the warm-up'),
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]).describe('AdamW'),
  momentum: z.number().min(0).lt(1).describe('SGD'),
  weightDecay: z.number().min(0),
  schedule: z
    .enum(['constant', 'cosine', 'cosine-restarts'])
    .describe('learning rate by epoch, after the warm-up; each stage begins anew'),
  restartEvery: z.int().min(1).optional().describe('epochs of a cosine before it restarts; all of them, if not said'),
  lrFloor: z.number().min(0).max(1).optional().describe('where a restarting cosine ends, as a share of lr; 0'),
  warmupEpochs: z.int().min(0).describe('epoch 0 at warmupLr, epoch e at lr e / warmupEpochs'),
  warmupLr: z.number().min(0).describe('learning rate of epoch 0, if there is a warm-up'),
  clipNorm: z.number().positive().optional().describe('largest norm of the gradient'),
  seed: z.int().min(0).default(1).describe('initial values, order of clips, frames drawn'),
  select: z.enum(['last', 'val_within', 'val_cross']).default('last').describe('which epoch is kept'),
  precision: z.enum(['float32', 'bfloat16']).default('float32').describe('number type of the training step'),
  contextLag: z
    .boolean()
    .default(false)
    .describe('score Ego4D as the public X-MIC code does, adapter frames half a step late'),
  egteaStart: z
    .boolean()
    .optional()
    .describe('score EGTEA as the public X-MIC code does: each frame at the start of its step, not at the middle'),
  evaluateAt: z
    .enum(['middle', 'start'])
    .optional()
    .describe('which frame of each of the equal parts of a clip is scored: the middle one, if not said'),
  saveEvery: z.int().min(1).optional().describe('steps between checkpoints, besides one at each epoch'),
  keep: z.int().min(1).default(2).describe('checkpoints that are kept'),
})

/** What a method does not say itself. */
export const trainingDefaults = {
  epochs: 15,
  batch: 64,
  frames: 16,
  optimizer: 'adamw',
  lr: 1e-3,
  betas: [0.9, 0.999] as [number, number],
  momentum: 0.9,
  weightDecay: 0.01,
  schedule: 'constant',
  warmupEpochs: 0,
  warmupLr: 1e-7,
} as const

const shape = {
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'letters, digits, dots, dashes')
    .describe('the run in tables and file names'),
  row: z.string().min(1).optional().describe("its row in tables; the method's own name otherwise"),
  method: z.string().describe('zero-shot, coop, x-mic, egoprompt'),
  options: z.record(z.string(), z.unknown()).default({}).describe('of the method'),
  component: z.enum(['verb', 'noun', 'both']).describe('what is recognised'),
  backbone: backbone.prefault({}),
  features: features.prefault({}),
  data: dataSection,
  protocol: protocol.optional().describe('how classes are held back; all are trained on, if not said'),
}

/** A recipe as it is written: training values may be left to the method. */
export const recipeSchema = z.strictObject({
  ...shape,
  training: training
    .partial({
      epochs: true,
      batch: true,
      frames: true,
      optimizer: true,
      lr: true,
      betas: true,
      momentum: true,
      weightDecay: true,
      schedule: true,
      warmupEpochs: true,
      warmupLr: true,
    })
    .prefault({}),
})

/** A recipe with every value filled in, as a run keeps it. */
export const resolvedSchema = z.strictObject({ ...shape, training })

export type RecipeInput = z.input<typeof recipeSchema>
export type Recipe = z.output<typeof resolvedSchema>
export type DataSpec = z.output<typeof data>
export type TrainDataSpec = z.output<typeof trainData>
export type NamedDataSpec = z.output<typeof namedData>
export type ProtocolSpec = z.output<typeof protocol>
