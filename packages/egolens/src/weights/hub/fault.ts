import { EgoLensError } from '../../errors.js'

/** An error of talking with a hub, which also knows whether asking again may help. */
export class HubFault extends EgoLensError {
  readonly transient: boolean
  /** Milliseconds that the server wants us to wait before the next try. */
  readonly retryAfter?: number

  constructor(
    code: `hub/${string}`,
    message: string,
    options: { where?: string; cure?: string; cause?: unknown; transient?: boolean; retryAfter?: number } = {},
  ) {
    super(code, message, options)
    this.transient = options.transient ?? false
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
  }
}

/** An address as it may be shown: signed addresses of a storage host carry secrets in their query. */
export function shown(url: URL | string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** Text that a server sent, as it may be shown: one short line without control characters and without the token. */
export function quoted(text: string, token?: string): string {
  const safe = token ? text.replaceAll(token, '[token]') : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a server's text must not steer a terminal
  const line = safe.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}...` : line
}

/** 598641023 -> "571 MiB" */
export function megabytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return mebibytes >= 1024 ? `${(mebibytes / 1024).toFixed(1)} GiB` : `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB`
}
