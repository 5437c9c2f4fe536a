import { describe, expect, it } from 'vitest'
import { algebra } from './engine.js'
import { memory, nodeVersion } from './machine.js'
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

  it('names the cure where a program is missing', async () => {
    const finding = await compiler('no-such-compiler')
    expect(finding.status).toBe('warn')
    expect(finding.cure).toContain('g++')
  })
})
