/** One line of the doctor's. */
export interface Finding {
  name: string
  status: 'ok' | 'warn' | 'fail'
  /** What was found. */
  value: string
  /** What to do, where something is not well. */
  cure?: string
}

/** Runs one look; whatever is thrown by it is a finding too, so that the others are still made. */
export async function look(
  name: string,
  see: () => Finding | Finding[] | Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await see()].flat()
  } catch (error) {
    const { message, cure } = error as Error & { cure?: string }
    return [{ name, status: 'fail', value: message, ...(cure ? { cure } : {}) }]
  }
}
