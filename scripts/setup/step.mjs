import { spawn } from 'node:child_process'
import { root } from './paths.mjs'

/** One line on stderr; stdout belongs to the command that set-up makes way for. */
export const say = (line) => process.stderr.write(`${line}\n`)

/** An error whose message is the whole story, without a stack. */
export const expected = (message) => Object.assign(new Error(message), { expected: true })

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Runs `work`, then says how long it took. */
export async function step(name, work) {
  say(`• ${name}`)
  const began = performance.now()
  const result = await work()
  say(`  ${name}: ${seconds(began)}`)
  return result
}

/**
 * Runs a program quietly: a sign of life every ten seconds, and its last lines only when it fails.
 * @throws an expected error that names the program
 */
export function quietly(program, args, { env = {}, stdin = 'ignore' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: [stdin, 'pipe', 'pipe'] })
    const began = performance.now()
    const lines = []
    const keep = (chunk) => {
      lines.push(...chunk.split(/[\r\n]+/).filter((line) => line.trim()))
      if (lines.length > 200) lines.splice(0, lines.length - 200)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const alive = setInterval(() => say(`  … ${seconds(began)}  ${(lines.at(-1) ?? '').slice(0, 100)}`), 10_000)
    const end = (error) => {
      clearInterval(alive)
      if (error) reject(expected(`${lines.slice(-30).join('\n')}\n${error}`))
      else resolve(lines)
    }
    child.on('error', (error) => end(`${program} could not be started: ${error.message}`))
    child.on('close', (code, signal) =>
      end(code === 0 ? null : `${program} ${args[0] ?? ''} failed (${signal ?? code})`),
    )
  })
}

/** Runs a program whose output is for the reader; gives its exit status. Its stdout goes to our stderr. */
export function openly(program, args, { env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] })
    child.on('error', (error) => reject(expected(`${program} could not be started: ${error.message}`)))
    child.on('close', (code) => resolve(code ?? 130))
  })
}
