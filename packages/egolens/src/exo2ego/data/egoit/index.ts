export { type EgoItRecord, egoItRecord, readEgoIt, writeEgoIt } from './record.js'
