import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface VideoSize {
  width: number
  height: number
  seconds: number
  rate: number
}

/**
 * A moving picture with detail and noise, as H.264 at about 10 Mb/s for 1080p (what a head camera writes), a key
 * frame a second. It is made by FFmpeg itself, so nothing has to be downloaded.
 */
export function makeVideo(folder: string, { width, height, seconds, rate }: VideoSize, name = 'video.mp4'): string {
  const path = join(folder, name)
  if (existsSync(path)) return path
  const source = `mandelbrot=size=${width}x${height}:rate=${rate}:end_scale=0.0001,noise=alls=8:allf=t`
  const bits = Math.max(200, Math.round((10_000 * width * height) / (1920 * 1080)))
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', `${bits}k`, '-g', String(rate), '-bf', '2']
  execFileSync(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-t', String(seconds), '-pix_fmt', 'yuv420p'].concat(
      encoder,
      path,
    ),
  )
  return path
}
