import type { Message } from './template.js'

export interface Question {
  /** What is to be done; may be empty. */
  instruction?: string
  /** May be empty where the instruction says all, as for captions. */
  question: string
  /** Answers to choose from; the answer is said in full, not by a letter. */
  choices?: readonly string[] | undefined
}

/**
 * A question on a video as the user's turn: the video, what is to be done, the question, the choices, each on a line.
 *
 * @param marker what stands for the video; nothing where empty
 * @example askedOf({ question: 'What is cut?', choices: ['bread', 'cheese'] }).content
 * // '<video>\nWhat is cut?\nbread / cheese'
 */
export function askedOf({ instruction, question, choices }: Question, marker = '<video>'): Message {
  const lines = [instruction?.trim(), question.trim(), choices?.join(' / ')].filter((line) => line)
  return { role: 'user', content: [...(marker === '' ? [] : [marker]), ...lines].join('\n') }
}

/** A system text, where there is one, and the question: what an answer goes on from. */
export function conversation(question: Question, { system = '', marker = '<video>' } = {}): Message[] {
  const asked = askedOf(question, marker)
  return system === '' ? [asked] : [{ role: 'system', content: system }, asked]
}
