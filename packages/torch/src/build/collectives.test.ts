import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { collectives } from './collectives.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'egolens-collectives-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), '')
}

const libtorch = (cuda = false) => ({ include: [join(root, 'include')], lib: join(root, 'site/torch/lib'), cuda })
const flags = (cuda = false) => collectives(libtorch(cuda), { CUDA_HOME: join(root, 'cuda') })

it('asks for Gloo where its headers stand beside those of libtorch', () => {
  write('include/gloo/algorithm.h')
  expect(flags()).toEqual([])
  write('include/torch/csrc/distributed/c10d/TCPStore.hpp')
  expect(flags()).toEqual(['-DEGOLENS_GLOO=1'])
})

it('asks for NCCL where CUDA, its headers and those of NCCL are there', () => {
  write('include/torch/csrc/distributed/c10d/TCPStore.hpp')
  write('site/nvidia/nccl/include/nccl.h')
  expect(flags(true)).toEqual([])
  write('cuda/include/cublas_v2.h')
  expect(flags(true)).toEqual(['-DEGOLENS_NCCL=1', '-isystem', join(root, 'site/nvidia/nccl/include')])
  expect(flags(false)).toEqual([])
})
