/**
 * libtorch for TypeScript: tensors, autograd, layers, optimisers and safetensors through PyTorch's dispatcher.
 *
 * @example
 * import { grad, randn, scope } from '@egolens/torch'
 * scope(() => {
 *   const x = randn([3], { requiresGrad: true })
 *   const [dx] = grad([x.pow(2).sum()], [x])
 *   console.log(dx!.tolist())
 * })
 * @module
 */
export * from './autocast.js'
export * from './autograd.js'
export * from './creation.js'
export { cudaAvailable, cudaDevices, type Device, synchronize } from './device.js'
export * as distributed from './distributed/index.js'
export { type DType, elementSize, isFloatingDType, type TypedArray } from './dtype.js'
export { TorchError, type TorchErrorCode } from './errors.js'
export * as F from './functional.js'
export * as functional from './functional.js'
export { Generator, manualSeed } from './generator.js'
export { type GradcheckOptions, gradcheck } from './gradcheck.js'
export { type FileMap, mapFile } from './mapped-file.js'
export { expectNoLeak, type MemoryUse, memory, resetPeak, trimMemory } from './memory.js'
export { callOp, hasOp, schemaOf } from './native.js'
export * as nn from './nn/index.js'
export * as ops from './ops.generated.js'
export * as optim from './optim/index.js'
export { type BytesOfPicture, bytesToPlanes, resampleBytes, type Taps } from './pictures.js'
export * as safetensors from './safetensors/index.js'
export { outsideScopes, scope } from './scope.js'
export { type NestedNumbers, type Operand, Tensor } from './tensor.js'
export { buildConfig, numThreads, setNumThreads, type Version, version } from './threads.js'
