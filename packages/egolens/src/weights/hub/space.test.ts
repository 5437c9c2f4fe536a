import { expect, test } from 'vitest'
import { checkSpace } from './space.js'

const disk = (bavail: number, bsize: number) => async () => ({ bavail, bsize })

test('names the bytes that are missing', async () => {
  await expect(checkSpace('/cache', 600 * 2 ** 20, disk(1024, 4096))).rejects.toMatchObject({
    code: 'hub/no-space',
    where: '/cache',
    message: 'the disk lacks 596 MiB (624951296 bytes): 600 MiB are to come and 4.0 MiB are free',
  })
})

test('exactly enough is enough, and who does not know is trusted', async () => {
  await checkSpace('/cache', 4096, disk(1, 4096))
  await checkSpace('/cache', 4096, disk(0, 0))
  await checkSpace('/cache', 4096, async () => Promise.reject(new Error('ENOSYS')))
})
