/** A sample of instruction data: what is asked of a video, and the answer. */
export interface Question {
  id: string
  /** Path from the tree's root. */
  video: string
  instruction: string
  /** Empty for captions. */
  question: string
  answer: string
  /** Of a closed question: the answer is one of them. */
  choices?: string[]
  /** Seconds of the part that is asked about. */
  start: number
  end: number
  source: 'world'
  task: string
}
