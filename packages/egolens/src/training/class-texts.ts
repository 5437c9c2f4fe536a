import { noGrad, outsideScopes, scope } from '@egolens/torch'
import type { LabelSets } from '../datasets/types.js'
import type { Method } from '../methods/types.js'
import { release } from './evaluate.js'

/** The class texts of training: encoded in every step while they train, otherwise once a stage and then kept. */
export class ClassTexts {
  private kept: { classes: unknown } | undefined

  constructor(
    private readonly method: Method,
    private readonly labels: LabelSets,
  ) {}

  /** Those of the next step. Ones that train belong to the step's scope, and hold its graph. */
  get(): unknown {
    const { method, labels } = this
    if (method.classesTrain) return method.classes(labels)
    this.kept ??= { classes: outsideScopes(() => noGrad(() => scope(() => method.classes(labels)))) }
    return this.kept.classes
  }

  /** What was kept is no longer what the method would give, or no longer needed. */
  forget(): void {
    release(this.kept?.classes)
    this.kept = undefined
  }
}
