import { readFileSync } from 'node:fs'
import type { Compute } from './types.js'

let fast: boolean | undefined

/** True where the CPU multiplies bfloat16 in hardware, so that it is about twice as fast as float32. */
export function bfloat16IsFast(): boolean {
  fast ??= / (avx512_bf16|amx_bf16)\b/.test(cpuFlags())
  return fast
}

function cpuFlags(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

/**
 * What a recipe's `compute` means on this machine: `auto` is bfloat16 where that is fast. Features of the two are
 * kept apart, since the compute type is part of their key.
 */
export function resolveCompute(wanted: Compute | 'auto'): Compute {
  if (wanted !== 'auto') return wanted
  return bfloat16IsFast() ? 'bfloat16' : 'float32'
}
