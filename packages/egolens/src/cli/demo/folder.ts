import { join } from 'node:path'

/** Where `egolens demo` keeps everything unless told otherwise; other commands look here for what it left behind. */
export const DEMO_FOLDER = 'runs/demo'

/** The folder of one of its runs. */
export const demoRun = (folder: string, run: string): string => join(folder, 'runs', run)
