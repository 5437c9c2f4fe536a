import { execFileSync } from 'node:child_process'
import type { ReportData } from './data.js'

/** A small H.264 video whose picture changes in every frame. */
export function makeVideo(file: string, seconds = 6): string {
  const source = `testsrc=size=320x240:rate=10:duration=${seconds}`
  const arguments_ = ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-c:v', 'libx264', '-preset', 'ultrafast']
  execFileSync('ffmpeg', [...arguments_, '-g', '10', '-pix_fmt', 'yuv420p', file])
  return file
}

const top = (label: string) => [
  { label, probability: 0.7 },
  { label: 'stir', probability: 0.2 },
]

/** A report with everything in it. */
export function sampleReport(file: string): ReportData {
  return {
    title: 'Kitchen',
    summary: 'Two actions.',
    notice: 'On the small synthetic world.',
    videos: [
      {
        title: 'P07_103',
        file,
        width: 320,
        height: 240,
        duration: 6,
        lanes: [
          {
            component: 'verb',
            kind: 'recognised',
            segments: [
              { start: 0.5, end: 2, label: 'take', probability: 0.7, top: top('take') },
              { start: 3.2, end: 4.4, label: 'pour', probability: 0.6, top: top('pour') },
            ],
          },
          {
            component: 'noun',
            kind: 'recognised',
            segments: [{ start: 3.2, end: 4.4, label: 'kettle', probability: 0.8, top: top('kettle') }],
          },
          { component: 'noun', kind: 'annotated', segments: [{ start: 3, end: 4.5, label: 'kettle' }] },
        ],
        detections: [0, 1, 2, 3, 4, 5].map((time) => ({
          time,
          hands: [{ box: [0.1, 0.5, 0.3, 0.9], score: 0.9, side: 'left' }],
          objects: [],
        })),
      },
    ],
    tables: [
      {
        caption: 'Top-1 over clips',
        heads: [[{ title: 'Nouns', span: 3 }]],
        columns: ['kitchen', 'workshop', 'hm'],
        rows: [
          { name: 'zero-shot', cells: [20, 10, 13.333] },
          { name: 'x-mic', cells: [50, 30, 37.5] },
        ],
      },
    ],
    curves: [
      {
        title: 'Loss',
        x: 'step',
        y: 'loss',
        series: [
          {
            name: 'noun',
            points: [
              [0, 3],
              [10, 1],
            ],
          },
        ],
      },
    ],
    runs: [{ name: 'x-mic, nouns, seed 1', facts: { seed: '1' } }],
  }
}
