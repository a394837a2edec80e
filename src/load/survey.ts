/**
 * How being on call feels, asked every quarter, without names: seven items from 1 to 5 (Honeycomb,
 * USENIX on on-call fatigue, PagerDuty's health checks). Fewer than 5 answers are not shown, for
 * they would show who gave them. The score is the mean of the overall item, and has to be above
 * 4.0: 4.0 is not (method, 14.1).
 *
 * Show a score once the survey is closed: two scores, one answer apart, give that answer away.
 */
export type Item =
  | 'prepared'
  | 'supported'
  | 'actionable'
  | 'rest'
  | 'fair'
  | 'authority'
  | 'overall'

/** What is asked, in this order. */
export const ITEMS: readonly Item[] = [
  'prepared',
  'supported',
  'actionable',
  'rest',
  'fair',
  'authority',
  'overall',
]

export type Grade = 1 | 2 | 3 | 4 | 5
export const GRADES: readonly Grade[] = [1, 2, 3, 4, 5]

export type Answer = Readonly<Record<Item, Grade>>

/** `distribution` says how many gave each grade. */
export type ItemScore = { mean: number; distribution: Readonly<Record<Grade, number>> }

export type Score = {
  answers: number
  /** The mean of the overall item. */
  score: number
  isAboveTarget: boolean
  items: Readonly<Record<Item, ItemScore>>
}

export const ANSWERS_MIN = 5
const TARGET = 4

/** Null: there are too few answers for them to stay without names. */
export function scoreOf(answers: readonly Answer[]): Score | null {
  if (answers.length < ANSWERS_MIN) return null
  const overall = answers.reduce((sum, answer) => sum + answer.overall, 0)
  return {
    answers: answers.length,
    score: overall / answers.length,
    // In whole numbers, so that no rounding lifts a 4.0 above itself.
    isAboveTarget: overall > TARGET * answers.length,
    items: {
      prepared: itemScore(answers, 'prepared'),
      supported: itemScore(answers, 'supported'),
      actionable: itemScore(answers, 'actionable'),
      rest: itemScore(answers, 'rest'),
      fair: itemScore(answers, 'fair'),
      authority: itemScore(answers, 'authority'),
      overall: itemScore(answers, 'overall'),
    },
  }
}

function itemScore(answers: readonly Answer[], item: Item): ItemScore {
  const distribution: Record<Grade, number> = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 }
  let sum = 0
  for (const answer of answers) {
    distribution[answer[item]] += 1
    sum += answer[item]
  }
  return { mean: sum / answers.length, distribution }
}
