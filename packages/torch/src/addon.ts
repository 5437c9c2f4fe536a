import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { addonFile, type BuildRecord, builtAddons, requireSameLibtorch } from './build/place.js'
import { TorchError } from './errors.js'

/** A tensor's slot and generation in the native table, in one number. */
export type Handle = number

/** What the native add-on gives: handles in, handles out. Everything public stands on it. */
export interface Addon {
  setErrorClass(errorClass: typeof TorchError): void
  op(name: string, overload: string): number
  schema(name: string, overload: string): string | null
  operatorNames(): string[]
  call(op: number, ...args: unknown[]): unknown
  /** As call(), with the results dropped. */
  run(op: number, ...args: unknown[]): void

  release(handle: Handle): void
  releaseMany(handles: Float64Array, count: number): void
  isLive(handle: Handle): boolean
  shape(handle: Handle): number[]
  strides(handle: Handle): number[]
  numel(handle: Handle): number
  ndim(handle: Handle): number
  dtype(handle: Handle): number
  device(handle: Handle): string
  isContiguous(handle: Handle): boolean
  item(handle: Handle): number | boolean
  read(handle: Handle): ArrayBuffer
  view(handle: Handle): ArrayBuffer
  fromData(data: NodeJS.TypedArray, shape: readonly number[], dtype: string, copy: boolean): Handle

  backward(handle: Handle, gradient: Handle | null, retainGraph: boolean, createGraph: boolean): void
  grad(
    outputs: Handle[],
    inputs: Handle[],
    gradOutputs: (Handle | null)[] | null,
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | null)[]
  gradOf(handle: Handle): Handle | null
  setGrad(handle: Handle, grad: Handle | null): void
  requiresGrad(handle: Handle): boolean
  setRequiresGrad(handle: Handle, requiresGrad: boolean): void
  isLeaf(handle: Handle): boolean
  gradEnabled(): boolean
  setGradEnabled(enabled: boolean): boolean

  memoryBytes(cudaDevice: number | null): [number, number]
  resetPeak(cudaDevice: number | null): void
  liveTensors(): number
  reportMemory(): void
  trimMemory(): void

  setNumThreads(count: number): void
  numThreads(): number
  version(): string
  config(): string
  cudaAvailable(): boolean
  cudaDevices(): number
  synchronize(cudaDevice: number): void
  manualSeed(seed: number): void
  generator(device: string, seed: number): number
  defaultGenerator(device: string): number
  generatorSeed(generator: number): number
  generatorState(generator: number): Handle
  setGeneratorState(generator: number, state: Handle): void
  releaseGenerator(generator: number): void
  enterAutocast(deviceType: string, enabled: boolean, dtype: string): [boolean, number]
  leaveAutocast(deviceType: string, enabled: boolean, dtype: number): void

  /** Absent in an add-on that was built from older sources, as the one below. */
  resampleBytes?(
    out: Uint8Array,
    bytes: Uint8Array,
    start: number,
    line: number,
    columns: number,
    rows: number,
    ...taps: Int32Array[]
  ): void
  bytesToPlanes?(
    handle: Handle,
    index: number,
    bytes: Uint8Array,
    start: number,
    line: number,
    tables: Float32Array,
  ): void

  mapFile(path: string): number
  mappedSize(file: number): number
  mappedBytes(file: number, offset: number, length: number): ArrayBuffer
  mappedTensor(file: number, offset: number, dtype: string, shape: readonly number[]): Handle
  closeFile(file: number): void
}

const BUILD = 'run `npx egolens-torch build`'

function choose(): { path: string; record?: BuildRecord } {
  const named = process.env.EGOLENS_TORCH_ADDON
  if (named) return { path: named }
  const built = builtAddons()
  const asked = askedFor()
  const record = asked ? built.find(asked.fits) : built[0]
  if (!record && asked && built.length > 0) {
    throw new TorchError('AddonMissing', `${asked.name} is set, and the native part is not built for it: ${BUILD}`)
  }
  if (!record) throw new TorchError('AddonMissing', `the native part of @egolens/torch is not built: ${BUILD}`)
  return { path: addonFile(record.key), record }
}

/** The libtorch that the environment asks for: another one, without CUDA say, must not be taken silently. */
function askedFor(): { name: string; fits(record: BuildRecord): boolean } | undefined {
  const { LIBTORCH, LIBTORCH_LIB, LIBTORCH_USE_PYTORCH } = process.env
  if (LIBTORCH) {
    const folder = resolve(LIBTORCH_LIB ?? LIBTORCH)
    const within = (lib: string) => lib === folder || lib.startsWith(`${folder}/`)
    return { name: 'LIBTORCH', fits: ({ origin, lib }) => origin === 'LIBTORCH' && within(resolve(lib)) }
  }
  if (LIBTORCH_USE_PYTORCH !== '1') return undefined
  return { name: 'LIBTORCH_USE_PYTORCH', fits: ({ origin }) => origin === 'python' }
}

/**
 * OpenMP's threads wait for work by spinning unless told otherwise. Where cores are shared with other processes, FFmpeg
 * among them, that made a ViT's forward pass on two threads more than ten times slower. It can only be said before
 * libgomp is loaded, and what the user's environment says comes first.
 */
function waitPassively(): void {
  if (process.env.GOMP_SPINCOUNT === undefined) process.env.OMP_WAIT_POLICY ??= 'PASSIVE'
}

function load(): Addon {
  const { path, record } = choose()
  waitPassively()
  if (!existsSync(path)) throw new TorchError('AddonMissing', `there is no add-on at ${path}: ${BUILD}`)
  if (record) requireSameLibtorch(record)
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)(path) as Addon
  } catch (error) {
    throw new TorchError('AddonMissing', `the native part does not load (${(error as Error).message}): ${BUILD}`)
  }
  addon.setErrorClass(TorchError)
  const linked = /TORCH_VERSION=(\d+\.\d+)/.exec(addon.config())?.[1]
  const compiled = addon.version().split('.').slice(0, 2).join('.')
  if (linked && linked !== compiled) {
    throw new TorchError(
      'VersionMismatch',
      `the native part was compiled for libtorch ${compiled}, but ${linked} was loaded: ${BUILD}`,
    )
  }
  return addon
}

export const addon: Addon = load()

/** For what an add-on of older sources lacks. */
export const tooOld = (): TorchError =>
  new TorchError('VersionMismatch', `the native part is older than this version of the package: ${BUILD}`)
