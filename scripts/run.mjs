// The workspace's commands: node scripts/run.mjs setup | demo | test | test:full. Needs Node alone to start.
import { spawnSync } from 'node:child_process'
import { requireNode } from './setup/node.mjs'
import { cli, root } from './setup/paths.mjs'
import { say } from './setup/step.mjs'

requireNode()
const [command, ...rest] = process.argv.slice(2)

const commands = {
  setup: async () => {
    const { setUp } = await import('./setup/index.mjs')
    await setUp()
    return 0
  },
  demo: async () => {
    const { setUp } = await import('./setup/index.mjs')
    await setUp()
    return spawnSync(process.execPath, [cli, 'demo', ...rest], { stdio: 'inherit', cwd: root }).status ?? 130
  },
  test: async () => {
    const { check } = await import('./setup/check.mjs')
    return check({ full: false, rest })
  },
  'test:full': async () => {
    const { check } = await import('./setup/check.mjs')
    return check({ full: true, rest })
  },
}

const run = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined
if (!run) {
  say(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')}`)
  process.exit(2)
}
try {
  process.exitCode = await run()
} catch (error) {
  say(error.expected ? error.message : (error.stack ?? String(error)))
  process.exitCode = 1
}
