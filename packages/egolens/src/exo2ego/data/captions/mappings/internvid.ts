import { z } from 'zod'
import { defineMapping } from '../types.js'
import { clockTime } from './times.js'

/** InternVid (Wang et al., 2023): a clip of a video of YouTube a line. Videos are whole, as `<YoutubeID>.mp4`. */
export const internvid = defineMapping({
  name: 'internvid',
  title: 'InternVid-10M-FLT',
  fields: z.object({
    YoutubeID: z.string().min(1),
    Start_timestamp: z.string(),
    End_timestamp: z.string(),
    Caption: z.string(),
  }),
  read: ({ YoutubeID, Start_timestamp, End_timestamp, Caption }, where) => [
    {
      media: `${YoutubeID}.mp4`,
      start: clockTime(Start_timestamp, where),
      end: clockTime(End_timestamp, where),
      caption: Caption,
    },
  ],
})
