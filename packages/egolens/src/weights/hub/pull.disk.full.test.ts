import { rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { onDisk } from '../../files/disk.js'
import { type Fault, FaultyDisk, sweep } from '../../files/testing.js'
import { etagOf } from './hub.testing.js'
import { PullTest } from './pull.testing.js'

const t = new PullTest()

test.each(['ENOSPC', 'EDQUOT', 'EIO', 'short', 'death'] as Fault[])(
  'after %s at any operation of the disk nothing in the cache is wrong, and the next pull makes it whole',
  async (fault) => {
    t.hub.files['model.safetensors'] = { data: Buffer.alloc(3000, 7), lfs: true }
    await onDisk(new FaultyDisk(), () => t.pull())
    const whole = await t.tree()
    const operations = await sweep(
      fault,
      async () => {
        await rm(t.home, { recursive: true })
        await t.pull()
      },
      async (_, error) => {
        if (error && fault !== 'death') {
          expect((error as { code?: string }).code).toMatch(/^(hub\/(no-space|unwritable)|disk\/(full|failed))$/)
        }
        await nothingIsWrong()
        await onDisk(new FaultyDisk(), () => t.pull())
        // A process that died may leave unfinished files beside; what counts is there.
        expect((await t.tree()).filter((path) => !basename(path).startsWith('.'))).toEqual(whole)
        await nothingIsWrong()
      },
    )
    expect(operations).toBeGreaterThan(40)
  },
)

/** What has its final name has its content: readers of other tools look at nothing else. */
async function nothingIsWrong(): Promise<void> {
  const { commit, files } = t.hub
  for (const path of await t.tree()) {
    if (path === 'refs/main') {
      expect((await t.read(path)).toString()).toBe(commit)
      for (const file of ['config.json', 'model.safetensors']) await stat(t.cached('snapshots', commit, file))
    }
    const name = basename(path)
    const blob = Object.values(files).find((file) => etagOf(file) === name)
    if (path.startsWith('blobs/') && blob) expect(await t.read(path)).toEqual(blob.data)
    if (path.startsWith('snapshots/') && name in files) expect(await t.read(path)).toEqual(files[name]!.data)
  }
}
