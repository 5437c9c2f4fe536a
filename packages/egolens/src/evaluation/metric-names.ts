/** Full names of metrics, as they stand in result files and reports. All values are shares in 0..1. */
export const metric = {
  top1: 'top-1 accuracy over clips',
  meanClass: 'mean accuracy over classes',
  calibration: 'expected calibration error',
  shared: 'top-1 accuracy over clips of shared classes',
  novel: 'top-1 accuracy over clips of novel classes',
  base: 'top-1 accuracy over clips of base classes',
  sharedNovel: 'harmonic mean of shared and novel top-1 accuracy',
  baseNovel: 'harmonic mean of base and novel top-1 accuracy',
  withinCross: 'harmonic mean of within and cross top-1 accuracy',
  action: 'top-1 accuracy of actions, verb and noun right',
  baseAction: 'top-1 accuracy of actions of a base verb and a base noun',
  novelAction: 'top-1 accuracy of actions of a novel verb and a novel noun',
  baseNovelAction: 'harmonic mean of base and novel action accuracy',
} as const
