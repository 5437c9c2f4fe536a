import { Command } from 'commander'
import { examples, json } from './options.js'
import { action, failed } from './session.js'

/** `egolens doctor` */
export function doctor(): Command {
  return new Command('doctor')
    .description('what is installed, what is missing, and the cure')
    .addOption(json())
    .addHelpText('after', examples('egolens doctor', 'egolens doctor --json'))
    .action(
      action(async (session) => {
        const { examine } = await import('./doctor/examine.js')
        const findings = await examine()
        const marks = { ok: '✓', warn: '!', fail: '✗' }
        const width = Math.max(...findings.map((f) => f.name.length))
        const lines = findings.map(({ name, status, value, cure }) => {
          const line = `${marks[status]} ${name.padEnd(width)}  ${value}`
          return cure ? `${line}\n  ${' '.repeat(width)}  → ${cure}` : line
        })
        const broken = findings.some((f) => f.status === 'fail')
        session.result({ ok: !broken, findings }, lines.join('\n'))
        return broken ? failed : undefined
      }),
    )
}
