/** What went wrong, for programs; the message says it for people. */
export type TorchErrorCode =
  /** A tensor was used after its scope ended or after dispose(). */
  | 'TensorDisposed'
  | 'GeneratorDisposed'
  | 'FileClosed'
  | 'FileUnreadable'
  | 'OutOfRange'
  /** An argument has the wrong type, shape or value. */
  | 'BadArgument'
  /** libtorch refused the call: shapes, dtypes or devices do not fit. */
  | 'OperatorFailed'
  /** The linked libtorch has no operator of this name. */
  | 'NoSuchOperator'
  | 'OutOfMemory'
  /** A function that must be synchronous gave a promise. */
  | 'AsyncFunction'
  /** A test or a program left tensors behind. */
  | 'TensorLeak'
  /** gradcheck() found a wrong gradient. */
  | 'GradientMismatch'
  /** A state dict does not fit the module. */
  | 'StateDictMismatch'
  /** A safetensors file breaks the format. */
  | 'BadSafetensors'
  /** The native add-on has not been built, or does not load. */
  | 'AddonMissing'
  | 'LibtorchMissing'
  | 'VersionMismatch'
  | 'BuildFailed'
  /** The add-on was built without the collectives that are asked for. */
  | 'DistributedUnavailable'
  /** The variables that say who a process is in its group are missing or contradict each other. */
  | 'DistributedEnvironment'
  /** A collective took longer than the group's timeout, and every rank is alive. */
  | 'DistributedTimeout'
  /** A process of the group has ended or does not answer. */
  | 'RankLost'
  | 'GroupClosed'

/**
 * The one error class of this package.
 *
 * @example
 * try { a.matmul(b) } catch (error) {
 *   if (error instanceof TorchError && error.code === 'OperatorFailed') console.error(error.op, error.message)
 * }
 */
export class TorchError extends Error {
  override readonly name = 'TorchError'
  constructor(
    readonly code: TorchErrorCode | (string & {}),
    message: string,
    /** The operator that failed, such as `aten::mm`. */
    readonly op?: string,
  ) {
    super(message)
  }
}
