import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { TorchError } from '../errors.js'
import { collectives } from './collectives.js'
import type { Libtorch } from './find.js'
import { addonFile, type BuildRecord, buildRoot, nativeSources, writeCurrent } from './place.js'

export interface BuildOptions {
  compiler?: string
  force?: boolean
  /** Compilers at a time. */
  jobs?: number
  /** Where to build instead of the package's own build folder; such an add-on is loaded by EGOLENS_TORCH_ADDON. */
  root?: string
  /** Instruments the add-on with AddressSanitizer and UndefinedBehaviorSanitizer; needs a `root` of its own. */
  sanitize?: boolean
  onProgress?: (line: string) => void
}

const OPENBLAS_OPENMP = ['/usr/lib/x86_64-linux-gnu/openblas-openmp', '/usr/lib/aarch64-linux-gnu/openblas-openmp']

/** Casts of numbers out of range are not among what `undefined` finds by itself; types across libraries differ in libtorch. */
const SANITIZERS = ['-fsanitize=address,undefined,float-cast-overflow', '-fno-sanitize=vptr']

/** The command-line flags of one build: what decides, with the sources, whether an add-on is up to date. */
export function flags(libtorch: Libtorch, { sanitize = false } = {}): { compile: string[]; link: string[] } {
  const nodeHeaders = (createRequire(import.meta.url)('node-api-headers') as { include_dir: string }).include_dir
  const compile = [
    `-std=${needsCxx20(libtorch.version) ? 'c++20' : 'c++17'}`,
    ...(sanitize ? ['-O1', '-g1', '-fno-omit-frame-pointer', ...SANITIZERS] : ['-O2']),
    '-fPIC',
    '-fvisibility=hidden',
    '-Wall',
    '-Wno-sign-compare',
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11Abi ? 1 : 0}`,
    '-DNAPI_VERSION=8',
    ...(libtorch.cuda ? ['-DEGOLENS_CUDA=1', ...cudaInclude()] : []),
    ...collectives(libtorch),
    `-I${nodeHeaders}`,
    // The compiler knows /usr/include itself, and naming it breaks its own order of headers.
    ...libtorch.include.filter((path) => path !== '/usr/include').flatMap((path) => ['-isystem', path]),
  ]
  // DT_RPATH, not DT_RUNPATH: it also rules where libtorch itself finds libblas, so that OpenBLAS uses the same
  // OpenMP threads as libtorch.
  const rpaths = [...OPENBLAS_OPENMP.filter((path) => existsSync(path)), libtorch.lib]
  const link = [
    '-shared',
    ...(sanitize ? SANITIZERS : []),
    `-L${libtorch.lib}`,
    '-Wl,--disable-new-dtags',
    // libtorch keeps pointers into the add-on (its allocator, deleters): the last worker to leave must not unload it.
    '-Wl,-z,nodelete',
    ...rpaths.map((path) => `-Wl,-rpath,${path}`),
    ...(libtorch.cuda ? ['-Wl,--no-as-needed', '-ltorch_cuda', '-lc10_cuda'] : []),
    '-ltorch_cpu',
    '-lc10',
    '-lpthread',
  ]
  return { compile, link }
}

/** The headers of libtorch 2.12 and later use C++20. */
function needsCxx20(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 12)
}

function cudaInclude(): string[] {
  const home = process.env.CUDA_HOME ?? '/usr/local/cuda'
  return existsSync(join(home, 'include/cuda_runtime_api.h')) ? ['-isystem', join(home, 'include')] : []
}

/** A name for the libtorch: two of them can be built side by side. */
export function buildKey(libtorch: Libtorch): string {
  const place = createHash('sha256')
    .update(JSON.stringify([libtorch.lib, libtorch.include]))
    .digest('hex')
    .slice(0, 8)
  return `${process.platform}-${process.arch}-libtorch-${libtorch.version}${libtorch.cuda ? '-cuda' : ''}-${place}`
}

/**
 * Compiles and links the add-on, unless the one that is there has the same sources, flags and libtorch.
 *
 * @returns the path of egolens_torch.node, and whether anything was compiled.
 * @throws TorchError BuildFailed with the compiler's first errors.
 */
export async function build(libtorch: Libtorch, options: BuildOptions = {}): Promise<{ path: string; built: boolean }> {
  const say = options.onProgress ?? (() => {})
  const compiler = options.compiler ?? process.env.CXX ?? 'g++'
  if (options.sanitize && options.root === undefined) {
    throw new TorchError('BadArgument', 'a sanitized add-on needs a root of its own: ordinary programs cannot load it')
  }
  const { compile, link } = flags(libtorch, options)
  const sources = readdirSync(nativeSources).sort()
  const digest = createHash('sha256').update(JSON.stringify([compiler, compile, link, libtorch.version]))
  for (const name of sources) digest.update(name).update(readFileSync(join(nativeSources, name)))
  const inputs = digest.digest('hex')
  const key = buildKey(libtorch)
  const root = options.root ?? buildRoot
  const directory = join(root, key)
  const path = addonFile(key, root)
  const record: BuildRecord = {
    key,
    inputs,
    origin: libtorch.origin,
    lib: libtorch.lib,
    include: libtorch.include,
    version: libtorch.version,
  }
  if (!options.force && existsSync(path) && readRecord(directory)?.inputs === inputs) {
    writeCurrent(record, root)
    return { path, built: false }
  }
  const objects = join(directory, `objects-${process.pid}`)
  mkdirSync(objects, { recursive: true })
  try {
    const units = sources.filter((name) => name.endsWith('.cc'))
    const object = (name: string) => join(objects, `${name}.o`)
    const prefix = await precompile(compiler, compile, objects)
    let done = 0
    await inParallel(units, options.jobs ?? availableParallelism(), async (name) => {
      await run(compiler, [...compile, '-include', prefix, '-c', join(nativeSources, name), '-o', object(name)], name)
      say(`compiled ${name} (${++done}/${units.length})`)
    })
    const unfinished = join(objects, 'egolens_torch.node')
    await run(compiler, ['-o', unfinished, ...units.map(object), ...link], 'linking')
    renameSync(unfinished, path)
    writeFileSync(join(directory, 'build.json'), JSON.stringify(record, null, 2))
    writeCurrent(record, root)
  } finally {
    rmSync(objects, { recursive: true, force: true })
  }
  return { path, built: true }
}

/** libtorch's headers take most of the time: they are read once for all units. */
async function precompile(compiler: string, compile: string[], directory: string): Promise<string> {
  const prefix = join(directory, 'prefix.h')
  writeFileSync(prefix, `#include "${join(nativeSources, 'environment.h')}"\n#include <ATen/core/Tensor.h>\n`)
  await run(compiler, [...compile, '-x', 'c++-header', prefix, '-o', `${prefix}.gch`], 'the headers')
  return prefix
}

function readRecord(directory: string): BuildRecord | undefined {
  const path = join(directory, 'build.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as BuildRecord) : undefined
}

async function inParallel<T>(items: T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, worker))
}

function run(command: string, args: string[], what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.on('error', () =>
      reject(
        new TorchError(
          'BuildFailed',
          `${command} was not found; install a C++17 compiler (Debian: apt-get install g++)`,
        ),
      ),
    )
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new TorchError('BuildFailed', `${what} failed:\n${firstErrors(errors)}`))
    })
  })
}

function firstErrors(text: string): string {
  const lines = text.split('\n')
  const important = lines.filter((line) => /error|undefined reference|cannot find|fatal/.test(line)).slice(0, 8)
  return (important.length > 0 ? important : lines.slice(-12)).join('\n')
}
