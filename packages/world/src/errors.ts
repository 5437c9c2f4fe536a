/** What went wrong in the world: `code` is stable for programs, the message says what, where and the cure. */
export class WorldError extends Error {
  override readonly name = 'WorldError'
  constructor(
    readonly code:
      | 'bad-options'
      | 'other-tree'
      | 'no-ffmpeg'
      | 'encode-failed'
      | 'worker-failed'
      | 'not-a-tree'
      | 'unknown-name',
    message: string,
  ) {
    super(message)
  }
}
