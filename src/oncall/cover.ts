/**
 * Asking for cover. Everybody who has turns in the schedule is asked, but those who are away. Whoever
 * takes it first has it; one may take a part, and the rest stays open. Each part that is taken is an
 * override at once, so the asker is free of it whether or not anybody confirms. A swap asks one
 * person, who takes all of it or nothing and gives a stretch of their own in return.
 */
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, type Instant } from '../lib/instant.ts'

export type Stretch = { from: Instant; to: Instant }

export type CoverRequest = {
  id: Id
  scheduleId: Id
  teamId: Id | null
  personId: Id
  fromAt: Instant
  toAt: Instant
  reason: string
  inReturn: Stretch | null
  status: 'open' | 'covered' | 'withdrawn' | 'expired'
  parts: readonly Stretch[]
  asked: readonly Id[]
  declined: readonly Id[]
  taken: readonly (Stretch & { personId: Id })[]
  remindedAt: Instant | null
  wakeAt: Instant | null
  createdAt: Instant
  endedAt: Instant | null
}

export const COVER_MS_MAX = 92 * DAY
/** A part shorter than this is not worth a hand-off. */
export const PART_MS_MIN = 15 * 60_000

export type Refused = { refused: string }
export type Taken = {
  request: CoverRequest
  /** Overrides to make: who stands in for whom, when. */
  overrides: readonly (Stretch & { personId: Id; replaces: Id })[]
}

/** Halfway to the beginning, but within a day: late enough to answer, early enough to look further. */
export function remindAt(request: Pick<CoverRequest, 'createdAt' | 'fromAt'>): Instant {
  const half = request.createdAt + Math.max(0, request.fromAt - request.createdAt) / 2
  return Math.floor(Math.min(half, request.createdAt + DAY))
}

/** @param part what this person takes; null: all that is still open */
export function take(
  request: CoverRequest,
  personId: Id,
  part: Stretch | null,
  now: Instant,
): Taken | Refused {
  if (request.status !== 'open') return { refused: request.status }
  if (personId === request.personId) return { refused: 'ownShift' }
  if (request.inReturn && !request.asked.includes(personId)) return { refused: 'notAsked' }
  if (request.inReturn && part) return { refused: 'swapIsWhole' }
  const wanted = part ?? { from: request.fromAt, to: request.toAt }
  const got = overlap(request.parts, { from: Math.max(wanted.from, now), to: wanted.to })
  if (part && part.to - part.from < PART_MS_MIN) return { refused: 'partTooShort' }
  if (got.length === 0) return { refused: 'alreadyTaken' }
  const parts = without(request.parts, wanted).filter((one) => one.to > now)
  const isDone = parts.length === 0
  const overrides = got.map((one) => ({ ...one, personId, replaces: request.personId }))
  if (request.inReturn) {
    overrides.push({ ...request.inReturn, personId: request.personId, replaces: personId })
  }
  return {
    request: {
      ...request,
      parts,
      taken: [...request.taken, ...got.map((one) => ({ ...one, personId }))],
      status: isDone ? 'covered' : 'open',
      endedAt: isDone ? now : null,
      wakeAt: isDone ? null : request.wakeAt,
    },
    overrides,
  }
}

/** @throws nothing; a refusal is a reason */
export function decline(request: CoverRequest, personId: Id): CoverRequest | Refused {
  if (request.status !== 'open') return { refused: request.status }
  if (!request.asked.includes(personId)) return { refused: 'notAsked' }
  if (request.declined.includes(personId)) return request
  return { ...request, declined: [...request.declined, personId] }
}

/** What was taken stays taken; only what is open is taken back. */
export function withdraw(request: CoverRequest, now: Instant): CoverRequest | Refused {
  if (request.status !== 'open') return { refused: request.status }
  return { ...request, status: 'withdrawn', endedAt: now, wakeAt: null }
}

/** Those who were asked and have said nothing. */
export const silent = (request: CoverRequest): Id[] => {
  const spoke = new Set([...request.declined, ...request.taken.map((one) => one.personId)])
  return request.asked.filter((id) => !spoke.has(id))
}

/** What time does to a request: one reminder, and an end when the shift begins without cover. */
export function wake(
  request: CoverRequest,
  now: Instant,
): { request: CoverRequest; remind: readonly Id[]; isExpired: boolean } {
  if (request.status !== 'open')
    return { request: { ...request, wakeAt: null }, remind: [], isExpired: false }
  if (now >= request.toAt || (request.inReturn && now >= request.fromAt)) {
    const ended: CoverRequest = { ...request, status: 'expired', endedAt: now, wakeAt: null }
    return { request: ended, remind: [], isExpired: true }
  }
  const end = request.inReturn ? request.fromAt : request.toAt
  if (request.remindedAt !== null || now < remindAt(request)) {
    const next = request.remindedAt === null ? remindAt(request) : end
    return { request: { ...request, wakeAt: next }, remind: [], isExpired: false }
  }
  return {
    request: { ...request, remindedAt: now, wakeAt: end },
    remind: silent(request),
    isExpired: false,
  }
}

export const overlap = (parts: readonly Stretch[], wanted: Stretch): Stretch[] =>
  parts
    .map((one) => ({ from: Math.max(one.from, wanted.from), to: Math.min(one.to, wanted.to) }))
    .filter((one) => one.from < one.to)

export const without = (parts: readonly Stretch[], gone: Stretch): Stretch[] =>
  parts.flatMap((one) =>
    [
      { from: one.from, to: Math.min(one.to, gone.from) },
      { from: Math.max(one.from, gone.to), to: one.to },
    ].filter((left) => left.from < left.to),
  )

/** How long before a shift somebody should be told that it changed, at the latest to be of use. */
export const TELL_AHEAD_MS = 8 * 7 * DAY
export const TAKE_PAGER_MS_MAX = 12 * HOUR
