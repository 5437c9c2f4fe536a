export { checkpointPrefix, isVisual } from './checkpoint.js'
export { type ConnectorWidths, StcConnector } from './connector.js'
export {
  type ConnectorInput,
  type ConnectorOptions,
  connectorGrid,
  connectorOptions,
  visualTokens,
} from './connector.options.js'
export {
  type ClipSpan,
  chooseFrames,
  type FrameChoice,
  maxFrames,
  middleFrames,
  type ShortClips,
  spanFrames,
} from './frames.js'
export { describeConnector, type LoadedTower, loadConnector, loadVisionTower } from './load.js'
export { RegStage } from './reg-stage.js'
export { padToSquare } from './square.js'
export {
  type Aspect,
  loadClipsPictures,
  loadVideoPictures,
  loadVideoPixels,
  normalised,
  type VideoPictures,
  type VideoPixels,
  type VideoPixelsOptions,
} from './video-pixels.js'
export { ClipVisionTower, usedLayers, type VisionConfig, VisionLayer, type VisionTowerOptions } from './vision-tower.js'
