import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeVideo, sampleReport } from './sample.testing.js'
import { writeReport } from './write.js'

let folder: string
let video: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-report-'))
  video = makeVideo(join(folder, 'kitchen.mp4'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('writeReport', () => {
  it('writes one file that asks the network for nothing', async () => {
    const path = await writeReport(sampleReport(video), join(folder, 'report.html'))
    const page = await readFile(path, 'utf8')
    expect(page).toContain('data:video/mp4;base64,')
    expect(page.replace(/http:\/\/www\.w3\.org\S*/g, '')).not.toMatch(/(?:src|href)="?https?:|url\(|@import/)
    expect(page).toContain("default-src 'none'".replaceAll("'", '&#39;'))
  })

  it('makes the best figure of a column bold, with two decimals', async () => {
    const path = await writeReport({ ...sampleReport(video), videos: [] }, join(folder, 'table.html'))
    const page = await readFile(path, 'utf8')
    expect(page).toContain('<td>13.33</td>')
    expect(page).toContain('<td><b>37.50</b></td>')
    expect(page).toContain('<th class="group first" colspan="3">Nouns</th>')
  })

  it('shows answers beside the piece of the video that is asked about', async () => {
    const asked = {
      file: video,
      start: 1,
      end: 2.5,
      question: 'What is poured?',
      answer: 'tea',
      truth: 'milk',
      choices: [
        { text: 'tea', probability: 0.75 },
        { text: 'milk', probability: 0.25 },
      ],
    }
    const large = join(folder, 'asked.mp4')
    await writeFile(large, await readFile(video))
    await truncate(large, 9 * 1024 * 1024)
    const data = { title: 'Asked', answers: [asked, { file: large, question: 'And here?', answer: 'water' }] }
    const page = await readFile(await writeReport(data, join(folder, 'asked.html')), 'utf8')
    expect(page).toMatch(/<video src="data:video\/mp4;base64,[^"]+#t=1,2.5"/)
    expect(page).toContain('width:75.0%')
    expect(page).toContain('annotated: milk')
    expect(page).toContain('<video src="asked_asked/asked.mp4"')
    expect(await readdir(join(folder, 'asked_asked'))).toEqual(['asked.mp4'])
  })

  it('escapes every text', async () => {
    const nasty = '</script><script>alert(1)</script>'
    const data = sampleReport(video)
    const path = await writeReport(
      {
        ...data,
        title: nasty,
        summary: nasty,
        notice: nasty,
        videos: data.videos!.map((v) => ({ ...v, title: nasty, notes: [nasty] })),
        answers: [
          {
            file: video,
            question: nasty,
            answer: nasty,
            truth: nasty,
            choices: [{ text: nasty, probability: 1 }],
          },
        ],
        tables: [{ caption: nasty, notes: [nasty], columns: [nasty], rows: [{ name: nasty, cells: [nasty] }] }],
        runs: [{ name: nasty, facts: { [nasty]: nasty } }],
      },
      join(folder, 'nasty.html'),
    )
    expect(await readFile(path, 'utf8')).not.toContain('<script>alert')
  })

  it('copies a video that is too large to embed beside the page', async () => {
    const large = join(folder, 'large video.mp4')
    await writeFile(large, await readFile(video))
    await truncate(large, 9 * 1024 * 1024)
    const data = sampleReport(large)
    const path = await writeReport({ ...data, videos: [...data.videos!, ...data.videos!] }, join(folder, 'large.html'))
    expect(await readFile(path, 'utf8')).toContain('large_files/large%20video-2.mp4')
    expect((await readdir(join(folder, 'large_files'))).sort()).toEqual(['large video-2.mp4', 'large video.mp4'])
  })

  it('says where data is wrong', async () => {
    const bad = { title: 'x', tables: [{ caption: 'c', columns: [1], rows: [] }] } as never
    await expect(writeReport(bad, join(folder, 'bad.html'))).rejects.toMatchObject({
      code: 'report/bad-data',
      where: 'report data, tables.0.columns.0',
    })
  })
})
