import { say } from './step.mjs'

const least = [20, 19]

/** Stops with one line where Node is too old to run anything that follows. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > least[0] || (major === least[0] && minor >= least[1])) return
  say(`Node ${process.versions.node} is too old: EgoLens needs ${least.join('.')} or later`)
  process.exit(1)
}
