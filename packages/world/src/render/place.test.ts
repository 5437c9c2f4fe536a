import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vocabulary } from '../place/vocabulary.js'
import { readManifest } from './manifest.js'
import { renderPlace } from './place.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'world-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const lines = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n')
const hash = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

interface Stream {
  nb_frames: string
  r_frame_rate: string
  width: number
  height: number
}

function probe(path: string): { stream: Stream; times: number[] } {
  const text = execFileSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'stream=nb_frames,r_frame_rate,width,height:packet=pts_time', '-of', 'json', path],
    { encoding: 'utf8' },
  )
  const { streams, packets } = JSON.parse(text) as { streams: Stream[]; packets: { pts_time: string }[] }
  return { stream: streams[0]!, times: packets.map((packet) => Number(packet.pts_time)).sort((a, b) => a - b) }
}

/** Reads a pickled list of bytes: the few opcodes that it needs. */
function unpickle(bytes: Buffer): Buffer[] {
  const items: Buffer[] = []
  let at = 0
  while (bytes[at] !== 0x2e) {
    const code = String.fromCharCode(bytes[at++]!)
    if (code === '\x80') at += 1
    else if (code === 'C' || code === 'B') {
      const length = code === 'C' ? bytes[at]! : bytes.readUInt32LE(at)
      at += code === 'C' ? 1 : 4
      items.push(bytes.subarray(at, at + length))
      at += length
    } else if (!']( e'.includes(code)) throw new Error(`opcode ${code}`)
  }
  return items
}

describe('the kitchen, an EPIC-KITCHENS-100 tree', () => {
  const options = () => ({
    place: 'kitchen' as const,
    dir: join(root, 'kitchen'),
    clips: { train: 3, test: 2 },
    untrimmed: { train: 0, test: 0 },
    seed: 5,
    workers: 1,
  })

  it('holds annotations, exact videos and detections', async () => {
    const manifest = await renderPlace(options())
    expect(manifest.checks.clips).toEqual({ train: 3, test: 2 })
    expect(manifest.checks.participantsInBothSplits).toEqual([])
    const [header, ...rows] = await lines(join(root, 'kitchen', 'EPIC_100_train.csv'))
    expect(header!.split(',')).toHaveLength(15)
    expect(rows).toHaveLength(3)
    const { verbs, nouns } = vocabulary('kitchen')
    for (const row of rows) {
      const [id, participant, video, , start, stop, startFrame, stopFrame, , verb, verbClass, noun, nounClass] =
        row.split(',') as string[]
      expect(id!.startsWith(`${video}_`)).toBe(true)
      expect(video!.startsWith(participant!)).toBe(true)
      const seconds = (text: string) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
      expect(seconds(stop!) - seconds(start!)).toBeGreaterThan(0.5)
      expect(Number(startFrame)).toBe(Math.max(1, Math.floor(seconds(start!) * 50)))
      expect(Number(stopFrame)).toBe(Math.max(1, Math.floor(seconds(stop!) * 50)))
      expect(verbs[Number(verbClass)]!.key).toBe(verb)
      expect(nouns[Number(nounClass)]!.key).toBe(noun)
    }
    const { stream, times } = probe(join(root, 'kitchen', 'P01', 'videos', 'P01_101.mp4'))
    expect(stream).toMatchObject({ r_frame_rate: '25/2', width: 256, height: 192 })
    expect(times.map((time) => Math.round(time * 1e6))).toEqual(times.map((_, i) => i * 80_000))
    const messages = unpickle(await readFile(join(root, 'kitchen', 'hand-objects', 'P01', 'P01_101.pkl')))
    expect(messages).toHaveLength(times.length * 4)
    expect(messages[0]!.subarray(0, 9).toString('latin1')).toBe('\x0a\x07P01_101')
    expect([...messages[0]!.subarray(9, 11)]).toEqual([0x10, 1])
  })

  it('is the same again byte for byte, keeps what is complete and refuses another request', async () => {
    const video = join(root, 'kitchen', 'P01', 'videos', 'P01_101.mp4')
    const before = await hash(video)
    const written = (await stat(video)).mtimeMs
    await renderPlace(options())
    expect((await stat(video)).mtimeMs).toBe(written)
    await rm(video)
    await renderPlace(options())
    expect(await hash(video)).toBe(before)
    await expect(renderPlace({ ...options(), seed: 6 })).rejects.toMatchObject({ code: 'other-tree' })
    expect((await readManifest(options().dir)).seed).toBe(5)
  })
})

describe('the workshop, an Ego4D FHO tree', () => {
  it('has 8-second windows whose middle half holds the action', async () => {
    const dir = join(root, 'workshop')
    await renderPlace({ place: 'workshop', dir, clips: { train: 2, test: 1 }, seed: 1, workers: 1 })
    const train = JSON.parse(await readFile(join(dir, 'fho_lta_train.json'), 'utf8')) as {
      split: string
      clips: Record<string, string | number>[]
    }
    const taxonomy = JSON.parse(await readFile(join(dir, 'fho_lta_taxonomy.json'), 'utf8')) as {
      verbs: string[]
      nouns: string[]
    }
    expect(train.split).toBe('train')
    expect(train.clips).toHaveLength(2)
    for (const clip of train.clips) {
      expect(taxonomy.verbs[Number(clip.verb_label)]).toBe(clip.verb)
      expect(taxonomy.nouns[Number(clip.noun_label)]).toBe(clip.noun)
      expect(Number(clip.action_clip_end_sec) - Number(clip.action_clip_start_sec)).toBeCloseTo(8, 6)
      expect(Number(clip.action_clip_start_frame)).toBe(Math.round(Number(clip.action_clip_start_sec) * 30))
      expect(existsSync(join(dir, 'clips', `${clip.clip_uid}.mp4`))).toBe(true)
      expect(existsSync(join(dir, 'detections', `${clip.clip_uid}.json`))).toBe(true)
    }
  })
})

describe('the cafe, an EGTEA Gaze+ tree', () => {
  it('has cropped clips, index files with ids from 1 and three splits', async () => {
    const dir = join(root, 'cafe')
    await renderPlace({ place: 'cafe', dir, clips: { train: 2, test: 1 }, seed: 1, workers: 1 })
    const [first] = await lines(join(dir, 'train_split1.txt'))
    const [clip, action, verb, noun] = first!.trim().split(' ') as string[]
    const [, start, end] = /-(\d+)-(\d+)-F\d{6}-F\d{6}$/.exec(clip!)!
    const session = clip!.split('-').slice(0, -4).join('-')
    const { times } = probe(join(dir, 'cropped_clips', session, `${clip}.mp4`))
    expect(times.length * 80).toBe(Number(end) - Number(start))
    expect(await lines(join(dir, 'action_idx.txt'))).toContain(
      `${vocabulary('cafe').verbs[Number(verb) - 1]!.key} ${vocabulary('cafe').nouns[Number(noun) - 1]!.key} ${action}`,
    )
    expect((await readdir(dir)).filter((name) => name.includes('split'))).toHaveLength(6)
  })
})

describe('errors', () => {
  it('say what is wrong', async () => {
    await expect(renderPlace({ place: 'kitchen', dir: root, clips: { train: 1.5, test: 0 } })).rejects.toThrow(
      'clips.train must be a whole number',
    )
    await expect(readManifest(root)).rejects.toMatchObject({ code: 'not-a-tree' })
  })
})
