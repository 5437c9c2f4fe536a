import { z } from 'zod'
import { type Placed, readJsonl } from '../../../datasets/jsonl.js'
import type { OnFault } from '../../../datasets/types.js'

/** One line of an Ego-ExoClip file: a narration with its clip in the wearer's video and in those from outside. */
export const egoExoClip = z
  .strictObject({
    /** `<annotation uid>:<index of the description>`. */
    id: z.string().min(1),
    /** The take's name. */
    take: z.string().min(1),
    annotator: z.string(),
    text: z.string().min(1),
    /** Seconds, the same in all videos. */
    start: z.number().min(0),
    end: z.number(),
    /** The narration's own moment. */
    time: z.number(),
    /** Paths from the dataset's root. */
    ego: z.string().min(1),
    exo: z.array(z.strictObject({ camera: z.string(), video: z.string().min(1) })).min(1),
    subject: z.enum(['C', 'O']).optional(),
    bestExo: z.string().optional(),
    unsure: z.boolean().optional(),
  })
  .refine(({ start, end }) => start < end, { message: 'it ends before it starts', path: ['end'] })

export type EgoExoClip = z.infer<typeof egoExoClip>

/** Two videos of one moment with what happens in them; stages 1 and 2 learn from these. */
export interface EgoExoPair {
  text: string
  start: number
  end: number
  ego: string
  exo: string
  camera: string
}

/**
 * Reads an Ego-ExoClip file line by line.
 *
 * @param onFault told of each faulty line, which is then left out
 * @throws EgoLensError `dataset/json`, `dataset/unknown-key` with file and line
 * @example for await (const { value } of readEgoExoClip('ego-exoclip.jsonl')) for (const pair of pairsOf(value)) use(pair)
 */
export const readEgoExoClip = (path: string, onFault?: OnFault): AsyncGenerator<Placed<EgoExoClip>> =>
  readJsonl(path, egoExoClip, onFault)

/** The clip of the wearer's video with each of the views from outside. */
export const pairsOf = ({ text, start, end, ego, exo }: EgoExoClip): EgoExoPair[] =>
  exo.map(({ camera, video }) => ({ text, start, end, ego, exo: video, camera }))
