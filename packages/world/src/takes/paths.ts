import { posix } from 'node:path'
import type { TakePlan } from './plan.js'

/** The wearer's camera as Ego-Exo4D calls it, with the stream of its colour camera, and those that stand about. */
export const egoCameraId = 'aria01'
export const egoStream = '214-1'
export const exoCameraIds = ['cam01', 'cam02', 'cam03', 'cam04'] as const

/** Files of a take, relative to its folder. */
export const egoFile = posix.join('frame_aligned_videos', `${egoCameraId}_${egoStream}.mp4`)
export const exoFile = (camera: string): string => posix.join('frame_aligned_videos', `${camera}.mp4`)

/** A take's folder, and its wearer's video, from the tree's root. */
export const takeFolder = ({ name }: TakePlan): string => posix.join('takes', name)
export const egoVideo = (take: TakePlan): string => posix.join(takeFolder(take), egoFile)
