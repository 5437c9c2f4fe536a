import { noGrad } from '../autograd.js'
import { tensor, zerosLike } from '../creation.js'
import { TorchError } from '../errors.js'
import { matchState } from '../nn/state-dict.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'

/** Numbers and switches by which a group of parameters is stepped, such as `lr` and `weightDecay`. */
export type Hyper = Record<string, number | boolean>

export type ParamGroup<H extends Hyper> = { params: Tensor[] } & Partial<H>

/** A group with every value present; `initialLr` is the rate that schedules multiply. */
export type FullGroup<H extends Hyper> = { params: Tensor[]; initialLr: number } & H

/** Tensors of each parameter that has been stepped, such as `exp_avg`, and how many steps it took. */
interface ParamState {
  step: number
  tensors: Record<string, Tensor>
}

/** The parameters of one group that have a gradient, with their states, ready for foreach kernels. */
export interface StepInputs {
  params: Tensor[]
  grads: Tensor[]
  states: ParamState[]
}

/** What optimisers share: groups, state, and saving it as tensors so that training resumes bit for bit. */
export abstract class Optimizer<H extends Hyper & { lr: number }> {
  readonly groups: FullGroup<H>[]
  readonly #params: Tensor[]
  readonly #states = new Map<Tensor, ParamState>()

  protected constructor(params: readonly Tensor[] | readonly ParamGroup<H>[], defaults: H) {
    const groups = isGroups(params) ? params : [{ params: [...params] } as ParamGroup<H>]
    this.groups = groups.map((group) => {
      const given = Object.fromEntries(Object.entries(group).filter(([, value]) => value !== undefined))
      const full = { ...defaults, ...given, params: [...group.params] }
      return { ...full, initialLr: full.lr } as unknown as FullGroup<H>
    })
    this.#params = this.groups.flatMap((group) => group.params)
    const what = problem(this.#params)
    if (what) throw new TorchError('BadArgument', `${this.constructor.name}: ${what}.`)
  }

  /** Updates every parameter that has a gradient, in place and outside the autograd graph. */
  step(): void {
    noGrad(() =>
      scope(() => {
        for (const group of this.groups) {
          const pairs = group.params.map((param) => ({ param, grad: param.grad })).filter(hasGrad)
          if (pairs.length === 0) continue
          const params = pairs.map(({ param }) => param)
          const grads = pairs.map(({ grad }) => grad)
          const states = params.map((param) => this.#state(param, group))
          for (const state of states) state.step++
          this.update(group, { params, grads, states })
        }
      }),
    )
  }

  /** Frees the gradients of all parameters, or sets them to zero where they are to stay. */
  zeroGrad({ setToNull = true }: { setToNull?: boolean } = {}): void {
    noGrad(() =>
      scope(() => {
        for (const param of this.#params) {
          if (setToNull) param.grad = null
          else param.grad?.zero_()
        }
      }),
    )
  }

  /** Sets each group's rate to its initial one times a schedule's factor. */
  scaleLr(factor: number): void {
    for (const group of this.groups) Object.assign(group, { lr: group.initialLr * factor })
  }

  /**
   * The state as tensors by name, ready for `safetensors.save`: `state.<i>.<name>` with parameters counted over the
   * groups, `state.<i>.step`, and the numbers of every group as `groups.<i>.<name>` in float64.
   */
  stateDict(): Record<string, Tensor> {
    const dict: Record<string, Tensor> = Object.create(null)
    this.#params.forEach((param, i) => {
      const state = this.#states.get(param)
      if (!state) return
      dict[`state.${i}.step`] = scalar(state.step)
      for (const [name, value] of Object.entries(state.tensors)) dict[`state.${i}.${name}`] = value
    })
    this.groups.forEach((group, i) => {
      for (const name of this.#numbers(group)) dict[`groups.${i}.${name}`] = scalar(Number(group[name]))
    })
    return dict
  }

  /**
   * Takes over a state that `stateDict()` gave for the same groups of parameters; tensors are copied.
   * @throws TorchError `StateDictMismatch` listing all that is missing, unexpected or misshapen
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    matchState(this.constructor.name, this.#wanted(dict), dict)
    noGrad(() => this.#restore(dict))
  }

  /** Frees the state; parameters stay. */
  dispose(): void {
    free(this.#states.values())
    this.#states.clear()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Names of the tensors that each parameter's state has, of the parameter's own shape. */
  protected abstract stateNames(group: FullGroup<H>): readonly string[]

  /** Applies one step to the parameters of a group that have gradients. State tensors begin as zeros. */
  protected abstract update(group: FullGroup<H>, inputs: StepInputs): void

  #state(param: Tensor, group: FullGroup<H>): ParamState {
    let state = this.#states.get(param)
    if (!state) {
      const entries = this.stateNames(group).map((name) => [name, zerosLike(param).keep()] as const)
      state = { step: 0, tensors: Object.fromEntries(entries) }
      this.#states.set(param, state)
    }
    return state
  }

  #numbers(group: FullGroup<H>): string[] {
    return Object.keys(group).filter((name) => name !== 'params')
  }

  // A parameter that never had a gradient has no state: only those that the dict mentions are wanted.
  #wanted(dict: Readonly<Record<string, Tensor>>): Map<string, readonly number[]> {
    const stepped = new Set(Object.keys(dict).map((name) => name.match(/^state\.(\d+)\./)?.[1]))
    const wanted = new Map<string, readonly number[]>()
    let i = 0
    this.groups.forEach((group, g) => {
      for (const name of this.#numbers(group)) wanted.set(`groups.${g}.${name}`, [])
      for (const param of group.params) {
        if (stepped.has(String(i))) {
          wanted.set(`state.${i}.step`, [])
          for (const name of this.stateNames(group)) wanted.set(`state.${i}.${name}`, param.shape)
        }
        i++
      }
    })
    return wanted
  }

  #restore(dict: Readonly<Record<string, Tensor>>): void {
    const old = [...this.#states.values()]
    this.#states.clear()
    let i = 0
    this.groups.forEach((group, g) => {
      for (const param of group.params) {
        const step = dict[`state.${i}.step`]
        if (step) {
          const state = scope(() => this.#state(param, group))
          state.step = step.item()
          for (const name of this.stateNames(group))
            scope(() => void state.tensors[name]!.copy_(dict[`state.${i}.${name}`]!))
        }
        i++
      }
      for (const name of this.#numbers(group)) {
        const value = dict[`groups.${g}.${name}`]!.item()
        Object.assign(group, { [name]: typeof group[name] === 'boolean' ? value !== 0 : value })
      }
    })
    free(old)
  }
}

const scalar = (value: number): Tensor => tensor(value, { dtype: 'float64' })

function free(states: Iterable<ParamState>): void {
  for (const { tensors } of states) for (const value of Object.values(tensors)) value.dispose()
}

const hasGrad = (pair: { param: Tensor; grad: Tensor | null }): pair is { param: Tensor; grad: Tensor } =>
  pair.grad !== null

function isGroups<G extends { params: Tensor[] }>(params: readonly Tensor[] | readonly G[]): params is readonly G[] {
  return params.length > 0 && 'params' in params[0]!
}

function problem(params: readonly Tensor[]): string | null {
  if (params.length === 0) return 'there are no parameters to train'
  if (new Set(params).size < params.length) return 'a parameter is given twice'
  return params.every((param) => param.isLeaf)
    ? null
    : 'only leaf tensors can be trained; one is the result of an operation'
}
