/** Full names of metrics, as they stand in result files and reports. All values are shares in 0..1. */
export const metric = {
  top1: 'top-1 accuracy over clips',
  meanClass: 'mean accuracy over classes',
  calibration: 'expected calibration error',
  shared: 'top-1 accuracy over clips of shared classes',
  novel: 'top-1 accuracy over clips of novel classes',
  sharedNovel: 'harmonic mean of shared and novel top-1 accuracy',
  withinCross: 'harmonic mean of within and cross top-1 accuracy',
  action: 'top-1 accuracy of actions, verb and noun right',
} as const
