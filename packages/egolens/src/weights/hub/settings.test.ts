import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hubSettings } from './settings.js'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'egolens-hub-'))
})
afterEach(() => rm(home, { recursive: true }))

test('the defaults', async () => {
  const settings = await hubSettings({ env: { HF_HOME: home } })
  expect(settings).toMatchObject({ endpoint: 'https://huggingface.co', cache: join(home, 'hub'), offline: false })
  expect(settings.token()).toBeUndefined()
})

test('a mirror may have a path, and loses the slash at its end', async () => {
  const env = { HF_HOME: home, HF_ENDPOINT: 'https://mirror.example/api/hub/' }
  expect((await hubSettings({ env })).endpoint).toBe('https://mirror.example/api/hub')
  expect((await hubSettings({ env, endpoint: 'http://127.0.0.1:1' })).endpoint).toBe('http://127.0.0.1:1')
})

test.each(['mirror.example', 'ftp://x', 'https://me:hf_secret@mirror.example', 'https://m.example?token=hf_secret'])(
  'the address %s is refused and not repeated',
  async (endpoint) => {
    const error = await hubSettings({ env: { HF_HOME: home }, endpoint }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'hub/bad-endpoint' })
    expect(inspect(error)).not.toContain('hf_secret')
  },
)

test.each([
  ['1', true],
  ['TRUE', true],
  ['on', true],
  ['0', false],
  ['', false],
])('HF_HUB_OFFLINE=%s', async (value, offline) => {
  expect((await hubSettings({ env: { HF_HOME: home, HF_HUB_OFFLINE: value } })).offline).toBe(offline)
})

test('the token is taken from the variable, then from the file, and is in no print of the settings', async () => {
  await writeFile(join(home, 'token'), 'hf_of_file\n')
  const file = await hubSettings({ env: { HF_HOME: home } })
  expect(file.token()).toBe('hf_of_file')
  expect((await hubSettings({ env: { HF_HOME: home, HF_TOKEN: ' hf_of_env\n' } })).token()).toBe('hf_of_env')
  expect((await hubSettings({ env: { HF_HOME: home, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' } })).token()).toBeUndefined()
  expect(inspect(file, { depth: 9 }) + JSON.stringify(file)).not.toContain('hf_of_file')
})

test('a token that no header can carry is refused without being told', async () => {
  const error = await hubSettings({ env: { HF_HOME: home, HF_TOKEN: 'hf_one\nhf_two' } }).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'hub/bad-token', where: 'HF_TOKEN' })
  expect(inspect(error)).not.toMatch(/hf_one|hf_two/)
})
