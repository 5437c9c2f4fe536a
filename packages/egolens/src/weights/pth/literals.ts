import { Refusal } from './refusal.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Refusal('holds a text that is not UTF-8')
  }
}

/** A whole number in two's complement, the lowest byte first. */
export function decodeLong(bytes: Uint8Array): number | bigint {
  let value = 0n
  for (const byte of [...bytes].reverse()) value = (value << 8n) | BigInt(byte)
  return plain(BigInt.asIntN(8 * bytes.length, value))
}

/** INT and LONG of protocol 1: decimal digits, with an L behind long ones; 00 and 01 are False and True. */
export function longFromText(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01'
  if (!/^-?\d+L?$/.test(text)) throw new Refusal('holds a number that is none')
  return plain(BigInt(text.replace('L', '')))
}

function plain(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
