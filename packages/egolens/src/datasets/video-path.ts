import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { EgoLensError } from '../errors.js'

/**
 * A name from an annotation file that becomes part of a path: it must name something in its folder and nothing else.
 *
 * @throws EgoLensError `dataset/outside-root`
 */
export function plainName(name: string, what: string, where: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such a name is refused
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\:\u0000-\u001f]/.test(name)) return name
  throw new EgoLensError('dataset/outside-root', `${what} ${JSON.stringify(name)} is not the name of a file`, {
    where,
    cure: 'the annotations are damaged or not what they are taken for',
  })
}

/**
 * The file that a path in a table means, relative to `root`, in which it must lie. A name that differs only in how its
 * accents are encoded is the same name.
 *
 * @param followLinks takes links that lead out of the root too; the path itself must stay inside
 * @throws EgoLensError `dataset/no-video`, `dataset/video-is-url`, `dataset/outside-root`
 */
export function videoPath(video: string, root: string, where: string, { followLinks = false } = {}): string {
  if (video === '') throw new EgoLensError('dataset/no-video', 'the clip has no video', { where })
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(video)) {
    throw new EgoLensError('dataset/video-is-url', `"${video}" is an address`, {
      where,
      cure: 'download the video first',
    })
  }
  if (/^[a-z]:|^\\\\/i.test(video) && !isAbsolute('C:\\')) {
    throw new EgoLensError('dataset/outside-root', `"${video}" is a path of Windows`, {
      where,
      cure: 'write it from the folder of the file, with "/" between folders',
    })
  }
  const path = resolve(root, video)
  if (!isWithin(root, path) || video.includes('\0')) throw outside(JSON.stringify(video), root, where)
  const found = existing(path) ?? refuseMissing(video, path, root, where)
  if (followLinks) return found
  const real = realpathSync(found)
  if (isWithin(realpathSync(root), real)) return found
  const links = ', or followLinks: true if the links are yours'
  throw outside(`"${video}" is a link to ${real}, which`, root, where, links)
}

function isWithin(root: string, path: string): boolean {
  const inside = relative(root, path)
  return inside !== '..' && !/^\.\.[\\/]/.test(inside) && !isAbsolute(inside)
}

function outside(what: string, root: string, where: string, or = ''): EgoLensError {
  return new EgoLensError('dataset/outside-root', `${what} is outside ${root}`, {
    where,
    cure: `set root to a folder that holds all videos${or}`,
  })
}

/** Some systems write "é" as one character, others as two. */
function existing(path: string): string | undefined {
  return [path, path.normalize('NFC'), path.normalize('NFD')].find((one) => existsSync(one))
}

function refuseMissing(video: string, path: string, root: string, where: string): never {
  const folder = dirname(path)
  const plain = (name: string) => name.normalize('NFC').toLowerCase()
  const other = existsSync(folder)
    ? readdirSync(folder).find((name) => plain(name) === plain(basename(path)))
    : undefined
  const near = other ?? (video.includes('\\') ? video.replaceAll('\\', '/') : undefined)
  throw new EgoLensError('dataset/no-video', `there is no ${path}`, {
    where,
    cure: near
      ? `did you mean "${other ? join(dirname(video), other) : near}"?`
      : `paths start from the folder of the file (${basename(root)}), or from root if it is set`,
  })
}
