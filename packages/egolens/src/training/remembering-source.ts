import type { VideoFeatures, VideoPixels } from '../features/types.js'
import type { FeatureSource, Stream } from './frame-table.js'

/**
 * A source that remembers the features of the video read last, for those who read one again and again; one video's,
 * since those of many would not fit into memory.
 */
export class RememberingSource implements FeatureSource {
  private video: string | undefined
  private readonly held = new Map<string, Promise<VideoFeatures | undefined>>()

  constructor(private readonly from: FeatureSource) {}

  key(stream: Stream): string {
    return this.from.key(stream)
  }

  read(stream: Stream, source: string): Promise<VideoFeatures | undefined> {
    if (source !== this.video) this.forget()
    this.video = source
    const key = this.key(stream)
    const found = this.held.get(key) ?? this.from.read(stream, source)
    this.held.set(key, found)
    return found
  }

  /** Pixels are mapped, not read: there is nothing to remember. */
  async pixels(stream: Stream, source: string): Promise<VideoPixels | undefined> {
    return this.from.pixels?.(stream, source)
  }

  async others(stream: Stream, source: string): Promise<string[]> {
    return (await this.from.others?.(stream, source)) ?? []
  }

  /** To be called when features may have been added. */
  forget(): void {
    this.held.clear()
  }
}
