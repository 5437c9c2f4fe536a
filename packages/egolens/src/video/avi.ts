/**
 * Wraps images into an AVI stream for FFmpeg's stdin. FFmpeg splits a bare series of images by looking into their bytes,
 * so a broken image or a thumbnail inside of one would shift all later ones; in a container each image is one packet
 * with a number, whatever is in it.
 */
export async function* aviOfImages(
  images: AsyncIterable<Uint8Array>,
  options: { codec: 'jpeg' | 'png'; width: number; height: number; count: number },
): AsyncGenerator<Uint8Array> {
  yield header(options)
  for await (const image of images) {
    yield Buffer.concat([text('00dc'), int(image.length), image, Buffer.alloc(image.length % 2)])
  }
}

/** One picture a second, so that timestamps are positions; lengths of 0 mean "up to the end" in a pipe. */
function header({
  codec,
  width,
  height,
  count,
}: {
  codec: 'jpeg' | 'png'
  width: number
  height: number
  count: number
}) {
  const name = text(codec === 'jpeg' ? 'MJPG' : 'MPNG')
  const zeros = (n: number) => Buffer.alloc(4 * n)
  const main = [int(1_000_000), zeros(3), int(count), zeros(1), int(1), zeros(1), int(width), int(height), zeros(4)]
  const stream = [
    text('vids'),
    name,
    zeros(3),
    int(1),
    int(1),
    zeros(1),
    int(count),
    zeros(1),
    int(0xffffffff),
    zeros(3),
  ]
  const format = [int(40), int(width), int(height), int(1 + 24 * 65536), name, zeros(5)]
  const streamList = list('strl', chunk('strh', stream), chunk('strf', format))
  const head = list('hdrl', chunk('avih', main), streamList)
  return Buffer.concat([text('RIFF'), int(0), text('AVI '), head, text('LIST'), int(0), text('movi')])
}

function list(type: string, ...parts: Buffer[]): Buffer {
  return chunk('LIST', [text(type), ...parts])
}

function chunk(type: string, parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([text(type), int(body.length), body])
}

function text(four: string): Buffer {
  return Buffer.from(four, 'latin1')
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
