const op = (code: string | number): Buffer =>
  typeof code === 'string' ? Buffer.from(code, 'latin1') : Buffer.from([code])
const PROTO = 0x80
const BATCH = 1000

/** A Python pickle (protocol 3) of a list of bytes, as EPIC-KITCHENS' detections are kept. */
export function pickleBytesList(items: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [op(PROTO), op(3), op(']')]
  for (let start = 0; start < items.length; start += BATCH) {
    parts.push(op('('))
    for (const item of items.slice(start, start + BATCH)) {
      if (item.length < 256) parts.push(op('C'), op(item.length), item)
      else {
        const length = Buffer.alloc(4)
        length.writeUInt32LE(item.length)
        parts.push(op('B'), length, item)
      }
    }
    parts.push(op('e'))
  }
  parts.push(op('.'))
  return Buffer.concat(parts)
}
