import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zip } from '../weights/pth/pth.testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const golden = fileURLToPath(new URL('../weights/pth/golden/training.zip.pth', import.meta.url))

function convert(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'models', 'convert', ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe.skipIf(!existsSync(main))('egolens models convert', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-convert-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('prints what was converted, and what was left out and why', () => {
    const output = join(folder, 'x.safetensors')
    const { status, stdout } = convert(golden, output, '--key', 'state_dict')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^tensor +type +shape +size\n0\.weight +F32 +\[1, 2\] +8 B\n/)
    expect(stdout).toContain('  args: an instance of argparse.Namespace beside state_dict\n')
    expect(stdout).toContain('names without "module."\n')
    expect(stdout).toContain(`${output}: 7 tensors from state_dict of a zip checkpoint, `)
  })

  it('gives the same as one document', () => {
    const output = join(folder, 'y.safetensors')
    const document = JSON.parse(convert(golden, output, '--json').stdout)
    expect(document).toMatchObject({ input: golden, output, format: 'zip', key: 'state_dict', stripped: 'module.' })
    expect(document.tensors[0]).toEqual({ name: '0.weight', dtype: 'F32', shape: [1, 2], bytes: 8 })
  })

  it('refuses code in one line that names it, and writes nothing', async () => {
    const evil = join(folder, 'evil.pth')
    await writeFile(evil, zip([['a/data.pkl', Buffer.from('\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R.', 'latin1')]]))
    const { status, stdout, stderr } = convert(evil, join(folder, 'evil.safetensors'))
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toBe(
      `egolens: ${evil}: the pickle uses "posix.system" at byte 2, which is not read ` +
        '(only tensors in plain containers are; save model.state_dict() alone)\n',
    )
    expect(await readdir(folder)).not.toContain('evil.safetensors')
  })
})
