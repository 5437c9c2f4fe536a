import { tmpdir } from 'node:os'
import { hubCache } from '../../weights/cache.js'
import { engine, libtorch } from './engine.js'
import { type Finding, look } from './finding.js'
import { disk, memory, nodeVersion, processor, threadLimit, writable } from './machine.js'
import { cachedModelsWhole, hub, smallClip } from './models.js'
import { canvas, handWeights } from './packages.js'
import { compiler, decoders, ffmpegProgram } from './programs.js'

/** Looks at everything that EgoLens stands on. No look ends the others. */
export async function examine(): Promise<Finding[]> {
  const parts = await Promise.all([
    look('Node', nodeVersion),
    look('processor', processor),
    look('threads', () => threadLimit()),
    look('memory', () => memory()),
    look('disk', () => disk()),
    look('this folder', () =>
      writable('this folder', process.cwd(), 'go to a folder of your own, or name one by --out'),
    ),
    look('temporary files', () => writable('temporary files', tmpdir(), 'set TMPDIR to a folder that can be written')),
    look('ffmpeg', () => ffmpegProgram('ffmpeg')),
    look('ffprobe', () => ffmpegProgram('ffprobe')),
    look('decoders', decoders),
    look('compiler', () => compiler()),
    look('libtorch', libtorch),
    look('engine', engine),
    look('canvas', canvas),
    look('hand detector', handWeights),
    look('small CLIP', smallClip),
    look('model cache', () => writable('model cache', hubCache(), 'set HF_HOME to a folder that can be written')),
    look('hub', hub),
    look('models', cachedModelsWhole),
  ])
  return parts.flat()
}
