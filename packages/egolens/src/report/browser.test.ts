import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeVideo, sampleReport } from './sample.testing.js'
import { writeReport } from './write.js'

const chromiumPath = '/usr/bin/chromium'

// Needs Debian's Chromium, which the full tests' set-up installs.
describe.skipIf(!existsSync(chromiumPath))('the report in a browser', () => {
  let folder: string
  let browser: Browser
  let page: Page
  const trouble: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-report-'))
    const video = makeVideo(join(folder, 'kitchen.mp4'))
    const odd = join(folder, 'other.avi')
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', video, '-c:v', 'mpeg4', odd])
    const data = sampleReport(video)
    const nasty = '<img src=x onerror=alert(1)>'
    const lanes = [
      { component: 'verb' as const, kind: 'recognised' as const, segments: [{ start: 0, end: 1, label: nasty }] },
    ]
    const second = { ...data.videos![0]!, file: odd, title: nasty, notes: [nasty], lanes }
    const path = await writeReport({ ...data, videos: [...data.videos!, second] }, join(folder, 'a report.html'))
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath: chromiumPath, args: sandbox })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('pageerror', (error) => trouble.push(error.message))
    page.on('console', (message) => trouble.push(message.text()))
    page.on('dialog', (dialog) => dialog.dismiss().then(() => trouble.push('a dialog opened')))
    await page.goto(pathToFileURL(path).href)
    await page.waitForSelector('html[data-ready]')
  })
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true })
  })

  const time = () =>
    page
      .locator('video')
      .first()
      .evaluate((video: { currentTime: number }) => video.currentTime)
  const boxes = () => page.locator('[data-overlay]').first().getAttribute('data-boxes')

  it('seeks to a segment that is clicked and shows what is recognised there', async () => {
    await page.waitForFunction('document.querySelector("video").readyState >= 2')
    await page.getByRole('button', { name: 'pour, 0:03.2 to 0:04.4' }).click()
    expect(await time()).toBeCloseTo(3.2, 2)
    expect(await page.locator('[data-headline]').first().textContent()).toBe('pour kettle')
    const top = page.locator('.now-panel').first().locator('li').first()
    expect(await top.locator('.name').textContent()).toBe('pour')
    expect(await top.locator('.value').textContent()).toBe('70 %')
  })

  it('puts the playhead where the time is', async () => {
    const left = await page
      .locator('[data-playhead]')
      .first()
      .evaluate((e: { style: { left: string } }) => e.style.left)
    expect(Number.parseFloat(left)).toBeCloseTo((100 * 3.2) / 6, 1)
  })

  it('moves by the ruler and by keys', async () => {
    const ruler = await page.locator('.ruler').first().boundingBox()
    await page.mouse.click(ruler!.x + ruler!.width / 2, ruler!.y + 10)
    expect(await time()).toBeCloseTo(3, 1)
    await page.keyboard.press('[')
    expect(await time()).toBeCloseTo(0.5, 2)
  })

  it('draws hand boxes until they are switched off', async () => {
    expect(await boxes()).toBe('1')
    await page.locator('[data-toggle="boxes"]').first().uncheck()
    expect(await boxes()).toBe('0')
    await page.locator('[data-toggle="boxes"]').first().check()
    expect(await boxes()).toBe('1')
  })

  it('hides the annotated lanes and dims other classes', async () => {
    const annotated = page.locator('[data-lane="noun-annotated"]').first()
    expect(await annotated.isVisible()).toBe(true)
    await page.locator('[data-toggle="annotated"]').first().uncheck()
    expect(await annotated.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'take', exact: true }).click()
    expect(await page.locator('.segment.dim').allTextContents()).toEqual(['pour'])
  })

  it('draws the curve of every series', async () => {
    expect(await page.locator('.plot canvas').count()).toBe(1)
    expect(await page.locator('.u-legend').textContent()).toContain('noun')
  })

  it('plays a video that browsers do not know, and shows hostile names as text', async () => {
    await page.getByRole('tab').nth(1).click()
    await page.waitForFunction('document.querySelectorAll("video")[1].readyState >= 2')
    expect(await page.locator('.note').textContent()).toBe('<img src=x onerror=alert(1)>')
  })

  it('fits a narrow window', async () => {
    await page.setViewportSize({ width: 700, height: 900 })
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(700)
  })

  it('complains of nothing', () => {
    expect(trouble).toEqual([])
  })
})
