import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The command line as it is built. */
export const cli = join(dirname(createRequire(import.meta.url).resolve('egolens/package.json')), 'dist/cli/main.js')

/** Runs a program to its end. @throws with its last words where it fails */
export function runProgram(
  program: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ seconds: number; stdout: string }> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, said] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-2000)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, stdout })
      else reject(new Error(`${program} ${argv.slice(0, 3).join(' ')} ended with ${code}: ${said}`))
    })
  })
}
