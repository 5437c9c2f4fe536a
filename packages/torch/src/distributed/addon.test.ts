import { expect, it, vi } from 'vitest'

const native = vi.hoisted(() => ({ distributedBackends: (() => []) as (() => string[]) | undefined }))
vi.mock('../addon.js', async (original) => ({ ...(await original<object>()), addon: native }))

const { backends, collectives } = await import('./addon.js')

it('says how to get collectives that the add-on was built without', () => {
  expect(backends()).toEqual([])
  expect(() => collectives()).toThrow(
    expect.objectContaining({
      code: 'DistributedUnavailable',
      message: expect.stringMatching(
        /built without Gloo or NCCL: .*apt-get install libgloo-dev.*npx egolens-torch build/,
      ),
    }),
  )
})

it('says that an add-on is older than the package', () => {
  native.distributedBackends = undefined
  expect(() => backends()).toThrow(expect.objectContaining({ code: 'VersionMismatch' }))
})
