// Adds the packages of other systems to package-lock.json. npm leaves them out when it writes the lock file on a
// machine that cannot see them (npm/cli#4828), and `npm ci` then refuses that file. Run after changing dependencies.
import { readFileSync, writeFileSync } from 'node:fs'
import { inRoot } from './setup/paths.mjs'

const path = inRoot('package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const packages = new Map(Object.entries(lock.packages))
for (const parent of [...packages.values()]) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (!packages.has(key)) packages.set(key, entry(name, version, parent))
  }
}
lock.packages = Object.fromEntries([...packages].sort(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1)))
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)

/** Such packages carry their system in their name: "@biomejs/cli-linux-arm64-musl". */
function entry(name, version, parent) {
  const [, os, cpu, abi] = /-(android|darwin|linux|win32)-(arm64|x64|arm|riscv64)(?:-(\w+))?$/.exec(name) ?? []
  if (!os) throw new Error(`${name} is not in the lock file, and its name does not say for which system it is`)
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(abi === 'musl' || abi === 'gnu' ? { libc: [abi === 'musl' ? 'musl' : 'glibc'] } : {}),
    optional: true,
    os: [os],
  }
}
