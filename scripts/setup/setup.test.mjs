import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { missing } from './npm.mjs'
import { inRoot } from './paths.mjs'
import { systemPackages } from './system.mjs'

describe('npm packages', () => {
  const entry = (version, more = {}) => ({ version, integrity: `sha512-${version}`, ...more })
  const other = process.platform === 'linux' ? 'darwin' : 'linux'

  it('are there when node_modules holds the versions of the lock file', () => {
    const wanted = { '': {}, 'packages/a': {}, 'node_modules/zod': entry('4.0.0'), 'node_modules/a': { link: true } }
    expect(missing(wanted, { 'node_modules/zod': entry('4.0.0'), 'node_modules/a': { link: true } })).toEqual([])
  })

  it('are missing when absent or of another version', () => {
    const wanted = { 'node_modules/zod': entry('4.0.0'), 'node_modules/yaml': entry('2.0.0') }
    expect(missing(wanted, { 'node_modules/zod': entry('3.0.0') })).toEqual(['node_modules/zod', 'node_modules/yaml'])
  })

  it('of other systems are not missed, those of this one are', () => {
    const wanted = {
      'node_modules/there': entry('1.0.0', { optional: true, os: [other] }),
      'node_modules/here': entry('1.0.0', { optional: true, os: [process.platform], cpu: [process.arch] }),
    }
    expect(missing(wanted, {})).toEqual(['node_modules/here'])
  })

  it('of every system are in the lock file, without which npm ci refuses it', () => {
    const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'))
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    expect(optional.filter((name) => !packages[`node_modules/${name}`])).toEqual([])
  })
})

describe('system packages', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('are named, with other ways, where they cannot be installed', async () => {
    vi.stubEnv('PATH', '/nowhere')
    vi.stubEnv('CXX', undefined)
    const refusal = systemPackages({ apt: false })
    await expect(refusal).rejects.toMatchObject({ expected: true })
    await expect(refusal).rejects.toThrow(/Missing here: .*g\+\+ ffmpeg/)
    await expect(refusal).rejects.toThrow('apt-get install -y --no-install-recommends')
    await expect(refusal).rejects.toThrow('LIBTORCH_USE_PYTORCH=1 npm run setup')
  })

  it('do not include libtorch where another one is named', async () => {
    vi.stubEnv('PATH', '/nowhere')
    vi.stubEnv('LIBTORCH_USE_PYTORCH', '1')
    await expect(systemPackages({ apt: false })).rejects.toThrow('Missing here: g++ ffmpeg\n')
  })
})

describe('the last line of a checked run', () => {
  const count = (report, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'egolens-count-'))
    const file = join(folder, 'tests.json')
    if (report) writeFileSync(file, JSON.stringify(report))
    try {
      return execFileSync(process.execPath, [inRoot('scripts/setup/count.mjs'), file, String(status)], {
        encoding: 'utf8',
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const report = (passed, failed, pending, testResults = []) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    testResults,
  })

  it.each([
    ['all well', report(12, 0, 0), 0, '12 passed, 0 failed\n'],
    ['some skipped', report(12, 0, 3), 0, '12 passed, 0 failed, 3 skipped\n'],
    ['a failure', report(11, 1, 0), 1, '11 passed, 1 failed\n'],
    ['style or types wrong', report(12, 0, 0), 1, '12 passed, 1 failed\n'],
    [
      'a file that does not load',
      report(12, 0, 0, [{ status: 'failed', assertionResults: [] }]),
      1,
      '12 passed, 1 failed\n',
    ],
    ['no report at all', undefined, 1, '0 passed, 1 failed\n'],
  ])('%s', (_, given, status, line) => expect(count(given, status)).toBe(line))
})

describe('commands', () => {
  it('are in node_modules/.bin after set-up, so that npx and a PATH with it find them', () => {
    for (const name of ['egolens', 'egolens-torch']) {
      const help = execFileSync(inRoot(`node_modules/.bin/${name}`), ['--help'], { encoding: 'utf8' })
      expect(help).toContain(`${name} `)
    }
  })
})
