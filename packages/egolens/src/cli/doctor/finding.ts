/** One line of the doctor's. */
export interface Finding {
  name: string
  status: 'ok' | 'warn' | 'fail'
  /** What was found. */
  value: string
  /** What to do, where something is not well. */
  cure?: string
}
