// Features of every frame, found once and kept: node examples/read-features.js VIDEO
import { extract, FeatureStore, frameSpace, loadClip, probe } from 'egolens'

const [video] = process.argv.slice(2)
const { image, text } = await loadClip('small')
const store = await FeatureStore.open('features')
const { duration } = await probe(video)
const every = 0.25
await extract({ clips: [{ source: video, start: 0, end: duration }], encoders: [image], views: ['full'], every, store })

const hash = await store.sources.hash(video)
const { times, values, width } = await store.read(frameSpace(image, 'full', every), hash)
console.log(`${times.length} frames, ${width} numbers each`)

// Which of some texts is each frame nearest to?
const texts = ['a photo of a mug', 'a photo of a knife', 'a photo of a hammer']
const vectors = text.encode(texts).tolist()
const cosine = (a, b) => {
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
for (let i = 0; i < times.length; i++) {
  const frame = [...values.subarray(i * width, (i + 1) * width)]
  const scores = vectors.map((vector) => cosine(frame, vector))
  console.log(`${times[i].toFixed(2)} s  ${texts[scores.indexOf(Math.max(...scores))]}`)
}
