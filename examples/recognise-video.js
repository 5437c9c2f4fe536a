// The actions of a video: node examples/recognise-video.js VIDEO RUN...
// RUN is the folder of a trained run; one for verbs and one for nouns may be given. `npm run demo` leaves such runs in
// runs/demo/runs.
import { detectHands, Recogniser, reportVideo, writeReport } from 'egolens'

const [video, ...runs] = process.argv.slice(2)
const recogniser = await Recogniser.open(runs, { hands: { provider: 'ssd' } })
const recognition = await recogniser.recognise(video)
const { labels } = recogniser

for (const note of recognition.notes) console.error(note)
for (const { start, end, verb, noun, probability } of recognition.segments) {
  const words = [verb && labels.verb.names[verb.label], noun && labels.noun.names[noun.label]].filter(Boolean)
  console.log(`${start.toFixed(2)}-${end.toFixed(2)} s  ${words.join(' ')}  ${(100 * probability).toFixed(0)} %`)
}

const detections = await detectHands(video, { every: 0.25 })
const shown = await reportVideo({ source: video, recognition, labels, detections })
console.log(await writeReport({ title: shown.title, videos: [shown] }, 'recognition.html'))
recogniser.dispose()
