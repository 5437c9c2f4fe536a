/**
 * FFmpeg's `select` expression that is true for frames with one of these timestamps and false for all others. Runs of
 * neighbouring or evenly spaced frames become one test, and the tests a binary tree, so that it stays short and a
 * frame costs a handful of comparisons however many are wanted.
 *
 * @param ticks timestamps of all frames, ascending
 * @param wanted positions in `ticks`, ascending, without repeats
 */
export function selectExpression(ticks: Float64Array, wanted: readonly number[]): string {
  return tree(runs(ticks, wanted))
}

/** How many tests the expression for these frames has; a command line holds some thousands. */
export function selectTests(ticks: Float64Array, wanted: readonly number[]): number {
  return runs(ticks, wanted).length
}

/** Frames from tick `first` to `last`: all of them (`stride` 0) or every `stride` ticks. */
interface Run {
  first: number
  last: number
  stride: number
}

function runs(ticks: Float64Array, wanted: readonly number[]): Run[] {
  const found: Run[] = []
  for (let start = 0; start < wanted.length; ) {
    let neighbours = start
    while (wanted[neighbours + 1] === wanted[neighbours]! + 1) neighbours++
    const stride = start + 1 < wanted.length ? ticks[wanted[start + 1]!]! - ticks[wanted[start]!]! : 0
    let spaced = start
    while (spaced + 1 < wanted.length && ticks[wanted[spaced + 1]!]! - ticks[wanted[spaced]!]! === stride) spaced++
    const end = Math.max(neighbours, spaced)
    const all = neighbours >= spaced
    found.push({ first: ticks[wanted[start]!]!, last: ticks[wanted[end]!]!, stride: all ? 0 : stride })
    start = end + 1
  }
  return found
}

function tree(tests: Run[]): string {
  if (tests.length === 0) return '0'
  if (tests.length === 1) return test(tests[0]!)
  const half = tests.length >> 1
  return `if(lt(pts,${tests[half]!.first}),${tree(tests.slice(0, half))},${tree(tests.slice(half))})`
}

function test({ first, last, stride }: Run): string {
  if (first === last) return `eq(pts,${first})`
  const between = `between(pts,${first},${last})`
  return stride === 0 ? between : `${between}*not(mod(pts${first < 0 ? '+' : '-'}${Math.abs(first)},${stride}))`
}
