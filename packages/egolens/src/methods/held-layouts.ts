import { nn } from '@egolens/torch'
import type { Component, LabelSets } from '../datasets/types.js'
import type { ContextLayout } from './coop.layout.js'

/**
 * The layouts of label sets, each made once: tokens and positions do not train. The embedded tokens are freed with the
 * module and are no part of its state.
 */
export class HeldLayouts extends nn.Module {
  private readonly known = new WeakMap<LabelSets, Map<Component, ContextLayout>>()
  private count = 0

  of(labels: LabelSets, component: Component, make: () => ContextLayout): ContextLayout {
    const layouts = this.known.get(labels) ?? new Map<Component, ContextLayout>()
    this.known.set(labels, layouts)
    const found = layouts.get(component)
    if (found) return found
    const layout = make()
    this.buffer(`tokens ${this.count++}`, layout.tokens, { persistent: false })
    layouts.set(component, layout)
    return layout
  }
}
