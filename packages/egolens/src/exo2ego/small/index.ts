export { captionTakes, pairTakes, takesFiles } from './data.js'
export { type SmallStage, smallModel, smallStage, smallTraining } from './stages.js'
