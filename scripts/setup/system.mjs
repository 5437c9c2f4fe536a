import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expected, quietly, say, step } from './step.mjs'

const outside = () => Boolean(process.env.LIBTORCH) || process.env.LIBTORCH_USE_PYTORCH === '1'
const onPath = (program, flag = '-version') => spawnSync(program, [flag], { stdio: 'ignore' }).status === 0
const libtorchHere = () =>
  ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib'].some((dir) =>
    existsSync(`${dir}/libtorch.so`),
  )

/** What EgoLens stands on: Debian's package, and how to know on another system that it is there. */
const needs = [
  { name: 'libtorch-dev', present: () => outside() || libtorchHere(), skip: outside },
  { name: 'libgloo-dev', present: () => true, skip: outside },
  { name: 'libopenblas0-openmp', present: () => true, skip: outside },
  { name: 'g++', present: () => onPath(process.env.CXX ?? 'g++', '--version') },
  { name: 'ffmpeg', present: () => onPath('ffmpeg') && onPath('ffprobe') },
  { name: 'chromium', full: true, present: () => onPath('chromium', '--version') },
  { name: 'python3-torch', full: true, present: () => true },
]

/**
 * Installs the Debian packages that are missing, as root or through sudo.
 * @throws an expected error saying what to install, where that cannot be done
 */
export async function systemPackages({ full = false, apt = aptHere() } = {}) {
  const wanted = needs.filter((need) => (full || !need.full) && !need.skip?.())
  const missing = wanted.filter((need) => (apt ? !installed(need.name) : !need.present())).map((need) => need.name)
  if (missing.length === 0) return
  if (!apt) throw expected(instructions(missing))
  const become = root()
  if (!become) throw expected(instructions(missing))
  const run = (...args) => {
    const [program, ...before] = [...become, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
    return quietly(program, [...before, '-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args], {
      stdin: become.length ? 'inherit' : 'ignore',
    })
  }
  try {
    await step('update the list of Debian packages', () => run('update'))
    await step(`install ${missing.join(' ')}`, () => run('install', '-y', '--no-install-recommends', ...missing))
  } catch (error) {
    throw expected(`${error.message}\n\n${instructions(missing)}`)
  }
}

/** True on Debian and systems made from it. */
function aptHere() {
  if (!existsSync('/etc/os-release')) return false
  const release = readFileSync('/etc/os-release', 'utf8')
  return (
    /^ID(_LIKE)?=.*\bdebian\b/m.test(release) && existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-query')
  )
}

function installed(name) {
  const query = spawnSync('dpkg-query', ['-s', name], { encoding: 'utf8' })
  return query.status === 0 && /^Status: .* installed$/m.test(query.stdout)
}

/** The words before a command that needs root; undefined where there is no way. */
function root() {
  if (process.getuid?.() === 0) return []
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n']
  if (!process.stdin.isTTY || spawnSync('sudo', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined
  say('  some Debian packages are missing: sudo may ask for your password')
  return ['sudo']
}

export function instructions(missing) {
  return `EgoLens stands on libtorch, FFmpeg and a C++17 compiler. Missing here: ${missing.join(' ')}

On Debian 12, as root:
  apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}

Elsewhere:
  FFmpeg 5 or later (ffmpeg and ffprobe on the PATH), g++ 10 or later (or CXX naming another compiler), and libtorch:
    pip install torch, then   LIBTORCH_USE_PYTORCH=1 npm run setup     (the python3 of the PATH, or $PYTHON)
    or an unpacked libtorch:  LIBTORCH=/path/to/libtorch npm run setup

Then run the same command again.`
}
