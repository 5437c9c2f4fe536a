import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { tarEntries } from './tar.js'
import { temporaryFolder } from './testing.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

const long = `${'deep/'.repeat(40)}frame_0000000001.jpg`
mkdirSync(at('in/deep/'), { recursive: true })
mkdirSync(at(`in/${long.slice(0, -20)}`), { recursive: true })
writeFileSync(at('in/a.jpg'), 'first')
writeFileSync(at(`in/${long}`), 'second'.repeat(200))
symlinkSync('/etc/hostname', at('in/link.jpg'))

async function list(path: string): Promise<Record<string, string>> {
  const bytes = readFileSync(path)
  const found: Record<string, string> = {}
  for await (const { name, offset, size } of tarEntries(path)) {
    found[name] = bytes.subarray(offset, offset + size).toString()
  }
  return found
}

describe('tarEntries', () => {
  it.each(['ustar', 'pax', 'gnu'])('lists files where they lie, without links and folders: %s', async (format) => {
    const path = at(`${format}.tar`)
    execFileSync('tar', [`--format=${format}`, '-cf', path, '-C', at('in'), 'a.jpg', 'deep', 'link.jpg'])
    expect(await list(path)).toEqual({ 'a.jpg': 'first', [long]: 'second'.repeat(200) })
  })

  it('refuses what is no tar, and files that reach beyond the end', async () => {
    writeFileSync(at('text.tar'), 'no tar at all '.repeat(100))
    await expect(list(at('text.tar'))).rejects.toMatchObject({ code: 'tar/damaged', where: at('text.tar') })
    writeFileSync(at('cut.tar'), readFileSync(at('gnu.tar')).subarray(0, 600))
    await expect(list(at('cut.tar'))).resolves.toEqual({ 'a.jpg': 'first' })
    writeFileSync(at('cut.tar'), readFileSync(at('gnu.tar')).subarray(0, 514))
    await expect(list(at('cut.tar'))).rejects.toMatchObject({ code: 'tar/damaged' })
  })

  it('gives nothing but clear errors for changed bytes', async () => {
    const whole = readFileSync(at('pax.tar'))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (place, byte) => {
        const changed = Buffer.from(whole)
        changed[place] = byte
        writeFileSync(at('changed.tar'), changed)
        await list(at('changed.tar')).catch((error) => expect(error).toBeInstanceOf(EgoLensError))
      }),
      { numRuns: 100 },
    )
  })
})
