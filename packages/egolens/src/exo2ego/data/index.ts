export * from './captions/index.js'
export * from './ego-exoclip/index.js'
export * from './egoit/index.js'
