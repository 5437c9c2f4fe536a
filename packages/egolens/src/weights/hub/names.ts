import { HubFault, quoted } from './fault.js'

const part = /^[\w.-]{1,96}$/

/** A model on a hub: `org/name`, or an old name without an owner such as `gpt2`, and a branch, tag or commit. */
export interface ModelName {
  name: string
  revision?: string
}

/**
 * Reads `org/name` or `org/name@revision`.
 *
 * @throws HubFault `hub/bad-name`
 * @example
 * parseModelName('openai/clip-vit-base-patch16@refs/pr/9') // { name: 'openai/clip-...', revision: 'refs/pr/9' }
 */
export function parseModelName(text: string): ModelName {
  const at = text.indexOf('@')
  const name = at < 0 ? text : text.slice(0, at)
  const parts = name.split('/')
  const sound = parts.length <= 2 && parts.every((p) => part.test(p) && !/^[.-]|[.-]$|--|\.\./.test(p))
  if (!sound) {
    const inside = /^https?:\/\/[^/]+\/([\w.-]+\/[\w.-]+)/.exec(text)?.[1]
    throw new HubFault('hub/bad-name', `"${text}" is not a model's name`, {
      cure: inside ? `write ${inside}` : 'it is like openai/clip-vit-base-patch16, with @revision where wanted',
    })
  }
  return at < 0 ? { name } : { name, revision: checkRevision(text.slice(at + 1)) }
}

/** @throws HubFault `hub/bad-name` for what is no name of a branch, tag or commit, or would leave the cache */
export function checkRevision(revision: string): string {
  if (revision.length > 255 || !/^[\w./+-]+$/.test(revision) || !isInside(revision)) {
    throw new HubFault('hub/bad-name', `"${revision}" is not a revision`, {
      cure: 'it is a branch, a tag or a commit, such as main or refs/pr/9',
    })
  }
  return revision
}

/**
 * A path of a repository that may be written under a folder.
 *
 * @throws HubFault `hub/bad-file-name` for one that would leave the folder or is no path on some system
 */
export function checkFilePath(path: string): string {
  if (path.length > 1024 || !isInside(path)) {
    throw new HubFault('hub/bad-file-name', `the hub lists a file ${quoted(JSON.stringify(path))}`, {
      cure: 'such a name could be written outside the cache, so nothing was pulled; tell the owner of the model',
    })
  }
  return path
}

/** True for a relative path of plain segments with `/` between them. */
function isInside(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL ends a path for the kernel
  if (/[\u0000-\u001f\u007f\\]/.test(path) || /^[A-Za-z]:/.test(path)) return false
  return path
    .split('/')
    .every((segment) => segment !== '' && segment !== '.' && segment !== '..' && segment.length < 256)
}
