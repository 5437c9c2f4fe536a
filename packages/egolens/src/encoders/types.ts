import type { Tensor } from '@egolens/torch'

/** How frames become the pixels that an encoder was trained on. */
export interface Preprocessing {
  /** Side of the square that the encoder sees, in pixels. */
  size: number
  /** Resize of the shorter side before the centre crop; DINOv2 resizes to 256 and crops 224. */
  resize: number
  mean: [number, number, number]
  std: [number, number, number]
  /** `center`: shorter side to `resize`, then a centre crop; `squash`: straight to size x size. */
  mode: 'center' | 'squash'
}

/** The type that an encoder computes in; what it gives is float32 in either case. */
export type Compute = 'float32' | 'bfloat16'

/** Where in an encoder a feature is taken; `pixels`: before it, the prepared frame itself. */
export type Tap = 'joint' | 'cls' | 'patches' | 'pixels'

/**
 * Looks at, replaces, lengthens or shortens the tokens [B, N, W] around a layer (counted from 0). Returning nothing
 * leaves them as they are. Prompt learners that work inside the layers (Vita-CLIP, MaPLe) are written as hooks.
 */
export interface Hooks {
  before?(layer: number, tokens: Tensor): Tensor | undefined
  after?(layer: number, tokens: Tensor): Tensor | undefined
  /**
   * Tokens that the layer's attention looks at and that are gone after it, so they are made keys and values only. Each
   * group is [B / r, M, W], one for r neighbouring items of the batch: what they share is computed once. Not where
   * attention is causal.
   */
  beside?(layer: number, tokens: Tensor): readonly Tensor[]
  /** How many of the tokens, from the first on, leave the layer; the others are looked at and gone. All by default. */
  kept?(layer: number): number | undefined
}

/** A frozen image tower that can be entered between its layers, with gradients to whatever is put in. */
export interface ImageTower {
  readonly layers: number
  /** Width of its tokens. */
  readonly width: number
  /** Side of a patch, in pixels. */
  readonly patch: number
  /**
   * pixels [B, 3, S, S] -> tokens [B, 1 + patches (+ extra), W], class token first; `extra` [B, M, W] joins without
   * positions, `added` (of a shape that broadcasts, such as [B, 1, W]) is added to all but these as positions are.
   */
  embed(pixels: Tensor, extra?: Tensor, added?: Tensor): Tensor
  /** tokens [B, N, W] through all layers. */
  run(tokens: Tensor, hooks?: Hooks): Tensor
  /** The class token of tokens [B, N, W] -> [B, D] in the joint space. */
  pool(tokens: Tensor): Tensor
}

/** Frames that are seen together. */
export interface FrameWindow {
  frames: number
  /** Seconds from one to the next. */
  stride: number
}

/** A frozen network from pixels to one vector a frame, or a window of frames. */
export interface ImageEncoder {
  name: string
  /** sha256 of the weights, part of every feature's key. */
  hash: string
  /** Width of the vectors that `encode` gives. */
  width: number
  preprocessing: Preprocessing
  tap: Tap
  /** float32 where absent. */
  compute?: Compute
  /** The layers inside, where methods may enter them. */
  tower?: ImageTower
  /** Makes one vector of several frames; of one where absent. */
  window?: FrameWindow
  /** pixels [B, 3, S, S] normalised, with a window [B, frames, 3, S, S] -> [B, width], not normalised */
  encode(pixels: Tensor): Tensor
}

/** A frozen network from texts to vectors in the same space as the images'. */
export interface TextEncoder {
  /** Width of the joint space. */
  width: number
  /** Width of token embeddings, which learned contexts have. */
  tokenWidth: number
  /** Most tokens in a text, start and end tokens included (77 in CLIP). */
  contextLength: number
  /** texts -> [K, width], not normalised. @throws EgoLensError naming the text that is too long */
  encode(texts: string[]): Tensor
  /** texts -> ids [K, contextLength] int64 and the position of each text's end token. */
  tokenize(texts: string[]): { ids: Tensor; ends: number[] }
  /** ids [K, L] -> embeddings [K, L, tokenWidth] without positions. */
  embedTokens(ids: Tensor): Tensor
  /**
   * embeddings [K, L, tokenWidth] without positions, pooled at `ends` -> [K, width]; gradients flow to the embeddings
   * and to what hooks put in.
   */
  encodeFromEmbeddings(embeddings: Tensor, ends: number[], hooks?: Hooks): Tensor
  /**
   * What `encodeFromEmbeddings` gives for G groups of K texts that begin alike, with each beginning computed once: no
   * position looks at those after it. Where the tower has no such way it is absent.
   *
   * @param prefix [G, P, tokenWidth] without positions
   * @param rest [G, K, R, tokenWidth], what follows it
   * @param ends the end token's place in the rest, for each of the K
   * @returns [G, K, width]; gradients flow to both
   */
  encodeAfterPrefix?(prefix: Tensor, rest: Tensor, ends: number[]): Tensor
}

/** An image and a text tower with a joint space. */
export interface DualEncoder {
  name: string
  dir: string
  /** sha256 of the weights. */
  hash: string
  image: ImageEncoder
  text: TextEncoder
  /** A logarithm: ln 100 in CLIP's published weights. */
  logitScale: number
  /** Frees the weights. */
  dispose(): void
}
