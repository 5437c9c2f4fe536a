import { HubFault, megabytes } from './fault.js'

/** The part of `fs.statfs` that is asked. */
export type StatFs = (path: string) => Promise<{ bavail: number; bsize: number }>

/**
 * Makes sure that a disk has room before a long download, not at the end of it. A file system that does not say how
 * much room it has is trusted.
 *
 * @param needed bytes that will be written
 * @throws HubFault `hub/no-space`
 */
export async function checkSpace(folder: string, needed: number, ask: StatFs): Promise<void> {
  const disk = await ask(folder).catch(() => undefined)
  if (disk === undefined || !(disk.bsize > 0)) return
  const free = disk.bavail * disk.bsize
  if (free >= needed) return
  const missing = `${megabytes(needed - free)} (${needed - free} bytes)`
  throw noSpace(folder, `the disk lacks ${missing}: ${megabytes(needed)} are to come and ${megabytes(free)} are free`)
}

export function noSpace(folder: string, message: string): HubFault {
  return new HubFault('hub/no-space', message, {
    where: folder,
    cure: 'make room, or name a folder of another disk in HF_HOME; what has come is kept',
  })
}
