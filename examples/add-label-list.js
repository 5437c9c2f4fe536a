// Other classes than those trained on: node examples/add-label-list.js RUN VIDEO NOUNS.txt
// NOUNS.txt has one name a line. X-MIC conditions class texts, so any text can be a class; what it says of classes that
// it was not trained on is not calibrated, and the result says so.
import { Recogniser, readLabelFile, recognitionDocument } from 'egolens'

const [run, video, file] = process.argv.slice(2)
const noun = await readLabelFile(file, 'noun')
const recogniser = await Recogniser.open([run], { labels: { noun }, hands: { provider: 'ssd' } })
const document = recognitionDocument(await recogniser.recognise(video), recogniser.labels)
recogniser.dispose()

console.log(`calibrated: ${document.calibrated}`)
for (const { time, noun: best } of document.moments) {
  console.log(`${time.toFixed(2)} s  ${best.map(({ name, probability }) => `${name} ${probability}`).join(', ')}`)
}
