import { describe, expect, it } from 'vitest'
import { algebra, cudaFinding } from './engine.js'
import { memory, nodeVersion, threadLimit } from './machine.js'
import { compiler } from './programs.js'

describe('doctor', () => {
  it.each([
    ['18.20.0', 'fail'],
    ['20.18.1', 'fail'],
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
  ])('judges Node %s: %s', (version, status) => expect(nodeVersion(version).status).toBe(status))

  it('warns of little memory', () => {
    expect(memory(2 ** 30, 2 ** 31)).toMatchObject({ status: 'warn', value: '1.0 GiB free of 2.0 GiB' })
  })

  it('warns of a libblas whose threads fight with OpenMP', () => {
    expect(algebra('/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3').status).toBe('warn')
    expect(algebra('/usr/lib/x86_64-linux-gnu/blas/libblas.so.3').status).toBe('warn')
    expect(algebra('/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3').status).toBe('ok')
    expect(algebra(null).status).toBe('ok')
  })

  it("counts a container's memory, not the machine's", () => {
    const [free, total] = [2 ** 34, 2 ** 36]
    expect(memory(free, total, 2 ** 31)).toMatchObject({
      status: 'warn',
      value: expect.stringMatching(/ of 2\.0 GiB$/),
    })
    expect(memory(free, total, 0)).toMatchObject({ status: 'ok', value: '16.0 GiB free of 64.0 GiB' })
  })

  it.each([
    ['2', 'ok'],
    ['2,1', 'ok'],
    [undefined, 'ok'],
    ['0', 'warn'],
    ['all', 'warn'],
    ['64', 'warn'],
  ])('judges OMP_NUM_THREADS %s on four cores: %s', (text, status) => expect(threadLimit(text, 4).status).toBe(status))

  it('warns of a libtorch with CUDA and no device', () => {
    expect(cudaFinding(false, false).status).toBe('ok')
    expect(cudaFinding(true, true).status).toBe('ok')
    expect(cudaFinding(true, false)).toMatchObject({ status: 'warn', cure: expect.stringContaining('nvidia-smi') })
    expect(cudaFinding(true, false, '').cure).toContain('CUDA_VISIBLE_DEVICES')
  })

  it('names the cure where a program is missing', async () => {
    const finding = await compiler('no-such-compiler')
    expect(finding.status).toBe('warn')
    expect(finding.cure).toContain('g++')
  })
})
