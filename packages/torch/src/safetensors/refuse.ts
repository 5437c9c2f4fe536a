import { TorchError } from '../errors.js'

/** Ends the reading of a file that breaks the format's rules. */
export function refuse(what: string): never {
  throw new TorchError('BadSafetensors', `Not a valid safetensors file: ${what}.`)
}

/** A name for a message, in quotation marks and not longer than a line. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name)
}
