/**
 * A breach of data: some have to be told of it within so many hours of the moment at which it was
 * known. The hours are elapsed time, by no calendar and no zone, and run on whatever the severity is
 * and after the all-clear. Each who must be told is a promise of the commander.
 */
import type { Id } from '../lib/id.ts'
import { HOUR, type Instant } from '../lib/instant.ts'

export type Party = {
  whom: string
  /** `reference`: what shows it, such as the number of a case there. */
  told: { at: Instant; by: Id | null; reference: string | null } | null
}

export type Breach = {
  awareAt: Instant
  hours: number
  tell: readonly Party[]
  /** When something of it was last written down. */
  changedAt: Instant
}

export const BREACH_HOURS = 72
export const BREACH_HOURS_MAX = 720
export const PARTIES_MAX = 20
export const PARTY_MAX = 200

/** The last instant at which telling them is in time. */
export const breachDue = ({ awareAt, hours }: Pick<Breach, 'awareAt' | 'hours'>): Instant =>
  awareAt + hours * HOUR

type Refused = { field: string; reason: string }

/** One party for each different line. */
export function partiesIn(lines: readonly string[]): string[] {
  const names = lines.flatMap((line) => line.split('\n')).map((line) => line.trim())
  return [...new Set(names.filter((one) => one !== ''))]
}

/**
 * The clock is set, or set right: what is null stays as it was, and who must be told is added to.
 * @param asked `awareAt` null at the first time: now
 */
export function setBreach(
  before: Breach | null,
  asked: { awareAt: Instant | null; hours: number | null; tell: readonly string[] },
  now: Instant,
): Breach | Refused {
  const awareAt = asked.awareAt ?? before?.awareAt ?? now
  if (awareAt > now) return { field: 'awareAt', reason: 'inFuture' }
  const known = before?.tell ?? []
  const added = partiesIn(asked.tell)
    .filter((whom) => !known.some((one) => isSame(one.whom, whom)))
    .map((whom): Party => ({ whom, told: null }))
  const tell = [...known, ...added]
  if (tell.length === 0) return { field: 'tell', reason: 'needed' }
  if (tell.length > PARTIES_MAX || added.some((one) => one.whom.length > PARTY_MAX))
    return { field: 'tell', reason: 'tooMany' }
  return { awareAt, hours: asked.hours ?? before?.hours ?? BREACH_HOURS, tell, changedAt: now }
}

export function tellParty(
  before: Breach | null,
  said: { whom: string; at: Instant | null; by: Id | null; reference: string | null },
  now: Instant,
): Breach | Refused {
  if (before === null) return { field: 'whom', reason: 'noBreach' }
  const party = before.tell.find((one) => isSame(one.whom, said.whom))
  if (!party) return { field: 'whom', reason: 'unknown' }
  if (party.told !== null) return { field: 'whom', reason: 'toldAlready' }
  const at = said.at ?? now
  if (at > now) return { field: 'at', reason: 'inFuture' }
  if (at < before.awareAt) return { field: 'at', reason: 'beforeAware' }
  const told = { at, by: said.by, reference: said.reference }
  return {
    ...before,
    changedAt: now,
    tell: before.tell.map((one) => (one === party ? { ...one, told } : one)),
  }
}

const isSame = (one: string, other: string): boolean =>
  one.trim().toLowerCase() === other.trim().toLowerCase()
