/**
 * Which severity an incident has, by the answers that are known: every rule that fits is collected
 * and the worst level wins. Unsure means worse, and provisional; nobody is kept from declaring by a
 * question (METHOD 2.2).
 */
import { type Level, worse } from './policy.ts'

export type Answers = {
  security: 'none' | 'suspected' | 'confirmed' | 'unknown'
  /** An integrity concern, or the risk of losing data. */
  data: 'none' | 'concern' | 'loss' | 'unknown'
  mode: 'outage' | 'degraded' | 'featureDown' | 'cosmetic' | 'riskOnly' | 'none' | 'unknown'
  /** Share of affected users, or of failing requests where users are not known, 0 to 100. */
  scopePct: number | 'unknown'
  feature: 'key' | 'minor' | 'unknown'
  /** Customers need it in messages; it does not change the level. */
  workaround: 'yes' | 'no' | 'unknown'
  reporter: 'monitoring' | 'employee' | 'customer' | 'partner'
  payingAffected: 'yes' | 'no' | 'unknown'
}

export const UNANSWERED: Answers = {
  security: 'unknown',
  data: 'unknown',
  mode: 'unknown',
  scopePct: 'unknown',
  feature: 'unknown',
  workaround: 'unknown',
  reporter: 'monitoring',
  payingAffected: 'unknown',
}

export type RuleId = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8' | 'R9' | 'R10' | 'R11'
export type FloorId = 'F1' | 'F2'

export type Classified = {
  level: Level
  /** An answer that a rule used is unknown: to be confirmed before the first update is due. */
  provisional: boolean
  rules: readonly RuleId[]
  /** Floors that hold until the incident closes: no lowering goes below them. */
  floors: readonly FloorId[]
}

type Rule = {
  id: RuleId
  level: Level
  fits: (answers: Answers) => boolean
  /** Which answers it rests on; one that is unknown makes the result provisional. */
  uses: readonly (keyof Answers)[]
}

const isDegradedWidely = ({ scopePct }: Answers): boolean => scopePct === 'unknown' || scopePct > 25

const RULES: readonly Rule[] = [
  {
    id: 'R1',
    level: 1,
    fits: ({ security }) => security === 'suspected' || security === 'confirmed',
    uses: [],
  },
  { id: 'R2', level: 1, fits: ({ data }) => data === 'concern' || data === 'loss', uses: [] },
  {
    id: 'R3',
    level: 1,
    fits: ({ mode, scopePct }) => mode === 'outage' && (scopePct === 'unknown' || scopePct >= 100),
    uses: ['scopePct'],
  },
  {
    id: 'R4',
    level: 2,
    fits: ({ mode, scopePct }) => mode === 'outage' && scopePct !== 'unknown' && scopePct < 100,
    uses: [],
  },
  {
    id: 'R5',
    level: 2,
    fits: (answers) => answers.mode === 'degraded' && isDegradedWidely(answers),
    uses: ['scopePct'],
  },
  {
    id: 'R6',
    level: 2,
    fits: ({ mode, feature }) => mode === 'featureDown' && feature !== 'minor',
    uses: ['feature'],
  },
  {
    id: 'R7',
    level: 3,
    fits: (answers) => answers.mode === 'degraded' && !isDegradedWidely(answers),
    uses: [],
  },
  {
    id: 'R8',
    level: 3,
    fits: ({ mode, feature }) => mode === 'featureDown' && feature === 'minor',
    uses: [],
  },
  { id: 'R9', level: 3, fits: ({ mode }) => mode === 'riskOnly', uses: [] },
  { id: 'R10', level: 4, fits: ({ mode }) => mode === 'cosmetic' || mode === 'none', uses: [] },
  { id: 'R11', level: 2, fits: ({ mode }) => mode === 'unknown', uses: ['mode'] },
]

/**
 * @param isStrict a paying customer's report counts also where nothing visible is wrong (E15)
 */
export function classify(answers: Answers, isStrict = false): Classified {
  const fitting = RULES.filter((rule) => rule.fits(answers))
  const floors: FloorId[] = [
    ...(isCustomersFloor(answers, isStrict) ? (['F1'] as const) : []),
    ...(fitting.some((rule) => rule.id === 'R2') ? (['F2'] as const) : []),
  ]
  const byRules = fitting.reduce<Level>((level, rule) => worse(level, rule.level), 4)
  const level = worse(byRules, floorOf(floors))
  const isUnsure = fitting.some((rule) => rule.uses.some((name) => answers[name] === 'unknown'))
  const restsOnFloor = floors.includes('F1') && answers.payingAffected === 'unknown'
  return {
    level,
    provisional: isUnsure || restsOnFloor,
    rules: fitting.map((rule) => rule.id),
    floors,
  }
}

/** F1: a report from outside that may touch somebody who pays. */
function isCustomersFloor(answers: Answers, isStrict: boolean): boolean {
  const isFromOutside = answers.reporter === 'customer' || answers.reporter === 'partner'
  const isVisible = answers.mode !== 'cosmetic' && answers.mode !== 'none'
  return isFromOutside && answers.payingAffected !== 'no' && (isVisible || isStrict)
}

/** The worst level that a lowering may not go below; 4: none holds. */
export const floorOf = (floors: readonly FloorId[]): Level =>
  floors.includes('F2') ? 1 : floors.includes('F1') ? 2 : 4
