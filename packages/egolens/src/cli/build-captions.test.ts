import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

function build(...args: string[]) {
  return spawnSync(process.execPath, [main, 'build', 'captions', ...args], { encoding: 'utf8' })
}

describe.skipIf(!existsSync(main))('egolens build captions', () => {
  it('reads several lists, names what is faulty, prints counts', async () => {
    const folder = await folderOf({
      'a.csv': 'videoid,contentUrl,duration,page_dir,name\n1,u,d,p,A cup\n2,u,d,p,\n',
      'b.csv': 'videoid,contentUrl,duration,page_dir,name\n3,u,d,q,A pan\n',
    })
    const out = join(folder, 'captions.jsonl')
    const { status, stdout, stderr } = build(
      'webvid',
      join(folder, 'a.csv'),
      join(folder, 'b.csv'),
      '--media',
      folder,
      '--out',
      out,
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/^captions +2$/m)
    expect(stderr).toContain('a.csv:3: the caption is empty')
    expect((await readFile(out, 'utf8')).trim().split('\n').length).toBe(2)
  })

  it('refuses data sets that it does not know', () => {
    const { status, stderr } = build('webvidd', 'a.csv', '--out', 'never.jsonl')
    expect(status).not.toBe(0)
    expect(stderr).toContain('did you mean "webvid"?')
  })
})
