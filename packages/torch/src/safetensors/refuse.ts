import { TorchError } from '../errors.js'

/** Ends the reading of a file that breaks the format's rules. */
export function refuse(what: string): never {
  throw new TorchError('BadSafetensors', `Not a valid safetensors file: ${what}.`)
}
