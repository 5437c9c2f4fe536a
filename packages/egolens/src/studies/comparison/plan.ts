import type { Component } from '../../datasets/types.js'
import type { DataSpec, Recipe, RecipeInput } from '../../training/recipe.js'
import { resolveRecipe } from '../../training/recipe.js'

/** A row of a study's table. */
export interface StudyRow {
  /** "X-MIC, full frames". */
  name: string
  method: string
  options?: Record<string, unknown>
  /** Verbs and nouns in one run, where a method learns them together. */
  joint?: boolean
  /** A row that changes one choice of another: trained on all classes alone, not on half of them. */
  ablation?: boolean
  /** What an update takes on one core, in seconds: for the plan that is shown before. */
  secondsPerUpdate?: number
}

/** A place to train on, and to be tested on from elsewhere. */
export interface StudyPlace {
  name: string
  train: DataSpec
  test: DataSpec
}

/** What is compared, under equal conditions. */
export interface Study {
  name: string
  title: string
  rows: StudyRow[]
  /** What else a reader must know, a sentence each. */
  notes?: string[]
  /** Names of the rows that all others are held against. */
  against: string[]
  components: Component[]
  /** Learning rates, the same for every row; the best on held-out participants is taken. */
  grid: number[]
  seeds: number[]
  /** The same for every row: equal epochs and batch make equal numbers of updates. */
  training: NonNullable<RecipeInput['training']>
  features: NonNullable<RecipeInput['features']>
  backbone: NonNullable<RecipeInput['backbone']>
  /** Also trains every row on half of the classes, with the same learning rate, and tests it on both halves. */
  baseToNovel?: boolean
  /** Share of the training clips on which the learning rate is chosen. */
  holdOut: number
  /** The folder of the world, and the clips that a place of it has. */
  world: string
  clips: { train: number; test: number }
  /** Only so many of them, evenly over participants; all, if not said. */
  subset?: { train: number; test: number }
  /** Videos of about a minute, in which actions are to be found: to calibrate on and to test on. */
  untrimmed: { train: number; test: number }
}

/** What is trained on one place for one component, or for both at once, by one row. */
export interface Cell {
  row: StudyRow
  place: StudyPlace
  component: Component | 'both'
}

export function cellsOf(study: Study, places: StudyPlace[]): Cell[] {
  return places.flatMap((place) =>
    study.components.flatMap((component, i) =>
      study.rows
        .filter((row) => !row.joint || i === 0)
        .map((row) => ({ row, place, component: row.joint ? 'both' : component })),
    ),
  )
}

/** Nothing is trained of a row without parameters: it has neither rates nor seeds. */
export const trains = ({ row }: Cell): boolean => row.method !== 'zero-shot'

/** Whether a row is also trained on half of the classes. */
export const halves = ({ baseToNovel }: Pick<Study, 'baseToNovel'>, { ablation }: StudyRow): boolean =>
  baseToNovel === true && !ablation

/** "kitchen/noun/x-mic-full-frames": unique within a study. */
export function cellPath({ row, place, component }: Cell): string[] {
  return [place.name, component, slug(row.name)]
}

/** The recipe of one run; places other than the cell's own are its cross tests. */
export function cellRecipe(
  study: Study,
  { row, place, component }: Cell,
  places: StudyPlace[],
  { lr, seed, tune }: { lr?: number; seed: number; tune: boolean },
): Recipe {
  const others = places.filter((other) => other !== place)
  return resolveRecipe({
    name: [slug(row.name), place.name, component].join('-'),
    row: row.name,
    method: row.method,
    options: row.options ?? {},
    component,
    backbone: study.backbone,
    features: study.features,
    data: {
      train: { ...place.train, ...spread(study.subset?.train) },
      test: [place, ...others].map(({ name, test }) => ({ ...test, ...spread(study.subset?.test), name })),
      ...(tune ? { validation: { holdOut: study.holdOut } } : {}),
    },
    training: {
      ...study.training,
      seed,
      ...(lr === undefined ? {} : { lr }),
      ...(tune ? { select: 'val_within' } : {}),
    },
  })
}

const spread = (count: number | undefined) => (count === undefined ? {} : { spread: count })

const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/\*/g, ' star')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') // prettier-ignore
