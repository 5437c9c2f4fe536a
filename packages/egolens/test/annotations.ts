import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of real annotation files beside the repository, which is not part of the project. */
export const annotations = fileURLToPath(new URL('../../../../shared/annotations', import.meta.url))

/** Tests on real files are skipped, in these words, where the folder is absent. */
export const noAnnotations = !existsSync(annotations)
