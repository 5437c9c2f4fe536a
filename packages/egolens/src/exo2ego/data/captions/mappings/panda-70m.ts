import { z } from 'zod'
import { parsePythonLists } from '../../../../datasets/python-list.js'
import { EgoLensError } from '../../../../errors.js'
import { defineMapping } from '../types.js'
import { clockTime } from './times.js'

/**
 * Panda-70M (Chen et al., 2024). A row is a video of YouTube; `timestamp` and `caption` are Python lists in one cell,
 * with an item a clip. Videos are whole, as `<videoID>.mp4`.
 */
export const panda70m = defineMapping({
  name: 'panda-70m',
  title: 'Panda-70M',
  fields: z.object({ videoID: z.string().min(1), timestamp: z.string(), caption: z.string() }),
  read({ videoID, timestamp, caption }, where) {
    const captions = parsePythonLists(caption, where).map(String)
    const times = parsePythonLists(timestamp, where)
    if (captions.length !== times.length)
      throw new EgoLensError('dataset/python-list', `${captions.length} captions for ${times.length} clips`, { where })
    return captions.map((text, i) => {
      const [start, end] = Array.isArray(times[i]) ? times[i].map(String) : []
      return { media: `${videoID}.mp4`, caption: text, start: clockTime(start, where), end: clockTime(end, where) }
    })
  },
})
