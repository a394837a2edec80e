/**
 * Policy: what is claimed is owed until it is proved. A proof at due or before makes it met, one
 * after it late. Once due has passed without a proof it is missed, by the due that held at that
 * moment, and nothing takes that back: a proof that comes afterwards makes it late, unless it shows
 * that the thing was done in time. While there is time, the due follows the claim, and what is
 * claimed no more is waived by its rule, until it is claimed again. What is met, late, or waived by
 * a person stays so.
 *
 * Settling takes facts and an instant, remembers nothing, and done twice changes nothing.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import {
  type Claim,
  NO_LONGER_OWED,
  type Obligation,
  type ObligationEntry,
  type Reminder,
} from './obligation.ts'
import { remind, remindersAhead } from './remind.ts'

export type Settled = {
  /** Those that are new or have changed. */
  obligations: Obligation[]
  reminders: Reminder[]
  entries: ObligationEntry[]
}

/** One obligation on its way through the rules, with what there is to tell of it. */
type Course = {
  obligation: Obligation
  reminder: Reminder | null
  told: Omit<ObligationEntry, 'obligation'>[]
}

/**
 * @param known every obligation of some subjects that is open or missed, and whatever has the key
 *   of one of the claims
 * @param claims everything that is claimed of those subjects now; of two with one key the first counts
 * @param makeId for what is opened
 */
export function settle(
  known: readonly Obligation[],
  claims: readonly Claim[],
  now: Instant,
  makeId: () => Id,
): Settled {
  const claimed = new Map<string, Claim>()
  for (const claim of claims) if (!claimed.has(claim.key)) claimed.set(claim.key, claim)

  const courses = known.map((obligation) => advance(obligation, claimed.get(obligation.key), now))
  for (const { key } of known) claimed.delete(key)
  for (const claim of claimed.values()) courses.push(open(claim, now, makeId()))

  const changed = courses.filter((course, at) => !isSame(course.obligation, known[at]))
  return {
    obligations: changed.map(({ obligation }) => obligation),
    reminders: changed.flatMap(({ obligation, reminder }) =>
      reminder ? [{ ...reminder, obligation }] : [],
    ),
    entries: changed.flatMap(({ obligation, told }) =>
      told.map((entry) => ({ ...entry, obligation })),
    ),
  }
}

function open(claim: Claim, now: Instant, id: Id): Course {
  const obligation: Obligation = {
    ...claim,
    id,
    proof: null,
    outcome: 'open',
    openedAt: now,
    settledAt: null,
    waivedBy: null,
    waivedReason: null,
    droppedAt: null,
    remindedAt: { twoThirds: null, due: null, overdue: null },
    wakeAt: null,
    quarantine: null,
  }
  const course: Course = { obligation, reminder: null, told: [] }
  const { startedAt, due, owner } = claim
  tell(course, 'opened', now, { startedAt }, { due, owner })
  pursue(course, claim, now)
  return course
}

function advance(before: Obligation, claim: Claim | undefined, now: Instant): Course {
  const course: Course = { obligation: before, reminder: null, told: [] }
  if (claim && isDropped(before)) {
    change(course, { outcome: 'open', settledAt: null, waivedReason: null, due: claim.due })
    tell(course, 'owedAgain', now, { outcome: 'waived' }, { outcome: 'open' })
  } else if (before.outcome !== 'open' && before.outcome !== 'missed') return course
  if (claim === undefined) {
    letGo(course, now)
    return course
  }
  follow(course, claim, now)
  pursue(course, claim, now)
  return course
}

/** Waived by its own rule and not by a person: a rule that comes back asks again. */
const isDropped = (one: Obligation): boolean => one.outcome === 'waived' && one.waivedBy === null

/** Nobody claims it any more. */
function letGo(course: Course, now: Instant): void {
  judge(course, null, now)
  const { outcome, droppedAt, due } = course.obligation
  if (outcome === 'open') {
    change(course, { outcome: 'waived', settledAt: now, waivedReason: NO_LONGER_OWED })
    tell(course, 'waived', now, { due }, { reason: NO_LONGER_OWED })
  } else if (droppedAt === null) {
    change(course, { droppedAt: now })
    tell(course, 'dropped', now, { due }, { outcome })
  }
  change(course, { wakeAt: null })
}

/** Takes over what may change in a claim. */
function follow(course: Course, claim: Claim, now: Instant): void {
  const { outcome, owner, due, droppedAt } = course.obligation
  const { supervisor, teamId, visibility } = claim
  change(course, { supervisor, teamId, visibility })
  if (owner.kind !== claim.owner.kind || owner.id !== claim.owner.id) {
    change(course, { owner: claim.owner })
    tell(course, 'reassigned', now, { owner }, { owner: claim.owner })
  }
  if (droppedAt !== null) {
    change(course, { droppedAt: null })
    tell(course, 'owedAgain', now, { droppedAt }, { outcome })
  }
  if (outcome === 'open' && now <= due && claim.due !== due) {
    change(course, { due: claim.due })
    tell(course, 'moved', now, { due }, { due: claim.due })
  }
}

/** Outcome first: what is done needs no reminder. */
function pursue(course: Course, claim: Claim, now: Instant): void {
  judge(course, claim.proof, now)
  const { outcome } = course.obligation
  if (outcome !== 'open' && outcome !== 'missed') {
    change(course, { wakeAt: null })
    return
  }
  const reminded = remind(course.obligation, now)
  if (reminded) {
    const { stage, to, standsFor } = reminded.reminder
    course.obligation = reminded.obligation
    course.reminder = reminded.reminder
    tell(course, 'reminded', now, { stage, due: course.obligation.due }, { to, standsFor })
  }
  const ahead = remindersAhead(course.obligation)
  // At due a proof is still in time; one millisecond later it is missed.
  if (outcome === 'open') ahead.push(course.obligation.due + 1)
  change(course, { wakeAt: ahead.length === 0 ? null : Math.min(...ahead) })
}

function judge(course: Course, proof: Claim['proof'], now: Instant): void {
  const { due, outcome: before } = course.obligation
  if (proof !== null) {
    const outcome = proof.at <= due ? 'met' : 'late'
    change(course, { outcome, proof, settledAt: now })
    tell(course, outcome, proof.at, { due, proof }, { outcome, before })
  } else if (before === 'open' && now > due) {
    change(course, { outcome: 'missed', settledAt: now })
    tell(course, 'missed', due, { due }, { outcome: 'missed', before })
  }
}

function change(course: Course, fields: Partial<Obligation>): void {
  course.obligation = { ...course.obligation, ...fields }
}

function tell(
  course: Course,
  kind: ObligationEntry['kind'],
  happenedAt: Instant,
  inputs: ObligationEntry['inputs'],
  result: ObligationEntry['result'],
): void {
  course.told.push({ kind, happenedAt, inputs, result })
}

/** Values that are objects are put in place only where they differ. */
const isSame = (after: Obligation, before: Obligation | undefined): boolean =>
  before !== undefined &&
  (Object.keys(after) as (keyof Obligation)[]).every((field) => after[field] === before[field])
