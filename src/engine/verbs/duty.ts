/**
 * Who is on call, changed by hand: overrides, the pager for an hour, cover and swaps. Each change is
 * an override in the schedule, an entry in the record, and a notice to everybody it concerns who
 * did not make it. What has been is never rewritten: an override that has begun is ended, not taken out.
 */
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Id } from '../../lib/id.ts'
import { DAY, type Instant, MINUTE } from '../../lib/instant.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { type Told, tell } from '../../notify/notice-store.ts'
import {
  COVER_MS_MAX,
  type CoverRequest,
  decline,
  overlap,
  remindAt,
  type Stretch,
  take,
  TAKE_PAGER_MS_MAX,
  TELL_AHEAD_MS,
  withdraw,
} from '../../oncall/cover.ts'
import { listAbsences, lockCoverRequest, saveCoverRequest } from '../../oncall/cover-store.ts'
import type { Override, Schedule } from '../../oncall/schedule.ts'
import { shiftsBetween } from '../../oncall/shifts.ts'
import { changeSchedule } from '../../oncall/store.ts'
import type { Actor, Entry } from '../../timeline/entry.ts'
import { record } from '../../timeline/store.ts'

export type Doing = { tx: Tx; actor: Actor; makeId: () => Id; directory: Directory }

export type OverrideAsked = {
  scheduleId: Id
  kind: Override['kind']
  personId: Id
  replaces: Id | null
  from: Instant
  to: Instant
  reason: string
}

const OVERRIDES_MAX = 10_000
const OVERRIDE_MS_MAX = 366 * DAY
/** Longer ago than this they are of no use but to history, and make room. */
const KEPT_MS = 800 * DAY

/** @throws Problem that names the field which is wrong */
export async function override(doing: Doing, asked: OverrideAsked): Promise<Id> {
  const { tx, directory } = doing
  checkStretch(asked, tx.now, OVERRIDE_MS_MAX)
  if (!directory.people.has(asked.personId)) throw notFound('person')
  if (asked.kind !== 'replace' && asked.replaces !== null)
    throw invalid('replaces', 'Only an override of kind `replace` takes somebody’s place.')
  if (asked.replaces === asked.personId) throw invalid('replaces', 'Nobody takes their own place.')
  const { reason, scheduleId, ...one } = asked
  const [made] = await putOn(
    doing,
    scheduleId,
    [{ ...one, from: Math.max(asked.from, tx.now) }],
    reason,
  )
  return made as Id
}

type Put = Omit<Override, 'id'>

export async function putOn(
  doing: Doing,
  scheduleId: Id,
  puts: readonly Put[],
  reason: string,
  knows: readonly Id[] = [],
): Promise<Id[]> {
  const { tx, makeId } = doing
  const made = puts.map((one): Override => ({ id: makeId(), ...one }))
  const { before, after } = await changeSchedule(tx, scheduleId, (schedule) => {
    const overrides = schedule.overrides.filter((one) => one.to > tx.now - KEPT_MS)
    if (overrides.length + made.length > OVERRIDES_MAX)
      throw invalid('schedule', `A schedule holds at most ${OVERRIDES_MAX} overrides.`)
    return { ...schedule, overrides: [...overrides, ...made] }
  })
  await record(
    tx,
    made.map((one) =>
      dutyEntry(doing, after, 'overridden', { ...one, override: one.id, reason }, 'endOverride'),
    ),
  )
  for (const one of made) await tellConcerned(doing, before, after, one, reason, knows)
  return made.map((one) => one.id)
}

/** Those whom it puts on call, and those who lose what they had, unless they did it themselves. */
async function tellConcerned(
  { tx, actor, makeId }: Doing,
  before: Schedule,
  after: Schedule,
  one: Override,
  reason: string,
  knows: readonly Id[],
): Promise<void> {
  if (one.from > tx.now + TELL_AHEAD_MS) return
  const by = actor.kind === 'person' ? actor.id : null
  const held = (schedule: Schedule): Set<Id> =>
    new Set(
      shiftsBetween(schedule, one.from, one.to).flatMap((shift) =>
        shift.people.map((person) => person.personId),
      ),
    )
  const had = held(before)
  const has = held(after)
  const params = { schedule: after.id, by, from: one.from, to: one.to, reason }
  const told: Told[] = []
  for (const personId of has) {
    if (had.has(personId) || personId === by || knows.includes(personId)) continue
    const onceKey = `dutyGiven:${one.id}:${personId}`
    told.push({ personId, kind: 'dutyGiven', params, onceKey, path: '/on-call' })
  }
  const instead = one.kind === 'remove' ? null : one.personId
  for (const personId of had) {
    if (has.has(personId) || personId === by || knows.includes(personId)) continue
    const onceKey = `dutyTaken:${one.id}:${personId}`
    told.push({
      personId,
      kind: 'dutyTaken',
      params: { ...params, instead },
      onceKey,
      path: '/on-call',
    })
  }
  await tell(tx, told, makeId)
}

export type Imported = Stretch & { personId: Id }

/** A rota from elsewhere, as overrides: all of it or nothing. Gives how many were made. */
export async function importRota(
  doing: Doing,
  scheduleId: Id,
  shifts: readonly Imported[],
): Promise<number> {
  for (const one of shifts) checkStretch(one, doing.tx.now, OVERRIDE_MS_MAX)
  const made = await putOn(
    doing,
    scheduleId,
    shifts.map(({ personId, from, to }) => ({
      kind: 'replace',
      personId,
      replaces: null,
      from,
      to,
    })),
    'imported from a calendar',
  )
  return made.length
}

/** Takes a planned one out, or ends one that has begun. */
export async function endOverride(doing: Doing, scheduleId: Id, overrideId: Id): Promise<boolean> {
  const { tx } = doing
  let ended: Override | null = null
  const { after } = await changeSchedule(tx, scheduleId, (schedule) => {
    ended = schedule.overrides.find((one) => one.id === overrideId && one.to > tx.now) ?? null
    if (ended === null) return schedule
    const overrides = schedule.overrides.flatMap((one) =>
      one.id !== overrideId ? [one] : one.from >= tx.now ? [] : [{ ...one, to: tx.now }],
    )
    return { ...schedule, overrides }
  })
  if (ended === null) return false
  await record(tx, [dutyEntry(doing, after, 'overrideEnded', { ...(ended as Override) }, null)])
  return true
}

/** The pager for an hour: mine from now on, whoever has it. */
export function takePager(doing: Doing, scheduleId: Id, personId: Id, forMs: number): Promise<Id> {
  if (!(forMs >= MINUTE && forMs <= TAKE_PAGER_MS_MAX))
    throw invalid('for', 'Take the pager for 1m to 12h; longer than that is an override.')
  const { now } = doing.tx
  return override(doing, {
    scheduleId,
    kind: 'replace',
    personId,
    replaces: null,
    from: now,
    to: now + forMs,
    reason: 'took the pager',
  })
}

export type CoverAsked = {
  scheduleId: Id
  personId: Id
  from: Instant
  to: Instant
  reason: string
  /** A swap: with whom, and which stretch of theirs is taken in return. */
  swap: { with: Id; from: Instant; to: Instant } | null
}

export async function askCover(doing: Doing, asked: CoverAsked): Promise<Id> {
  const { tx, directory, makeId } = doing
  checkStretch(asked, tx.now, COVER_MS_MAX)
  const schedule = directory.schedules.get(asked.scheduleId)
  if (!schedule) throw notFound('schedule')
  const own = stretchesOf(schedule, asked.personId, asked)
  if (own.length === 0)
    throw invalid('from', 'There is nothing to cover: that is nobody’s shift of theirs.')
  const swap = asked.swap
  if (swap) {
    checkStretch(swap, tx.now, COVER_MS_MAX)
    if (stretchesOf(schedule, swap.with, swap).length === 0)
      throw invalid('swap', 'There is nothing to take in return: they have no shift then.')
  }
  const away = new Set(
    (await listAbsences(tx))
      .filter((one) => one.fromAt < asked.to && one.toAt > asked.from)
      .map((one) => one.personId),
  )
  const rota = schedule.rotations.flatMap((rotation) => rotation.turns.flat())
  const everybody = [...new Set(rota)].filter((id) => id !== asked.personId && !away.has(id))
  const request: CoverRequest = {
    id: makeId(),
    scheduleId: schedule.id,
    teamId: schedule.teamId,
    personId: asked.personId,
    fromAt: Math.max(asked.from, tx.now),
    toAt: asked.to,
    reason: asked.reason,
    inReturn: swap && { from: swap.from, to: swap.to },
    status: 'open',
    parts: own,
    asked: swap ? [swap.with] : everybody,
    declined: [],
    taken: [],
    remindedAt: null,
    wakeAt: null,
    createdAt: tx.now,
    endedAt: null,
  }
  if (request.asked.length === 0)
    throw invalid('schedule', 'There is nobody in this schedule who could be asked.')
  await saveCoverRequest(tx, { ...request, wakeAt: remindAt(request) })
  await record(tx, [
    dutyEntry(doing, schedule, 'coverAsked', {
      person: asked.personId,
      from: request.fromAt,
      to: request.toAt,
      asked: request.asked,
    }),
  ])
  await tell(tx, coverNotices(request, 'coverAsked', request.asked), makeId)
  return request.id
}

export const coverNotices = (
  request: CoverRequest,
  kind: 'coverAsked' | 'coverReminder',
  people: readonly Id[],
): Told[] =>
  people.map((personId) => ({
    personId,
    kind,
    params: {
      schedule: request.scheduleId,
      by: request.personId,
      from: request.fromAt,
      to: request.toAt,
      reason: request.reason,
      inReturn: request.inReturn,
    },
    onceKey: `${kind}:${request.id}:${personId}`,
    path: '/on-call',
  }))

export async function takeCover(
  doing: Doing,
  coverId: Id,
  personId: Id,
  part: Stretch | null,
): Promise<{ isWhole: boolean }> {
  const { tx, makeId } = doing
  const request = await lock(tx, coverId)
  const taken = take(request, personId, part, tx.now)
  if ('refused' in taken) throw refusedInWords(taken.refused)
  await putOn(
    doing,
    request.scheduleId,
    taken.overrides.map((one) => ({ kind: 'replace', ...one })),
    `covers: ${request.reason}`,
    // The asker hears it in words of its own.
    [request.personId],
  )
  await saveCoverRequest(tx, taken.request)
  const isWhole = taken.request.status === 'covered'
  const got = taken.overrides[0] as Stretch
  await tell(
    tx,
    [
      {
        personId: request.personId,
        kind: 'coverTaken',
        params: { by: personId, from: got.from, to: got.to, isWhole },
        onceKey: `coverTaken:${request.id}:${taken.request.taken.length}`,
        path: '/on-call',
      },
    ],
    makeId,
  )
  return { isWhole }
}

export async function declineCover({ tx }: Doing, coverId: Id, personId: Id): Promise<void> {
  const said = decline(await lock(tx, coverId), personId)
  if ('refused' in said) throw refusedInWords(said.refused)
  await saveCoverRequest(tx, said)
}

export async function withdrawCover({ tx }: Doing, coverId: Id): Promise<void> {
  const back = withdraw(await lock(tx, coverId), tx.now)
  if ('refused' in back) throw refusedInWords(back.refused)
  await saveCoverRequest(tx, back)
}

export async function lock(tx: Tx, coverId: Id): Promise<CoverRequest> {
  const request = await lockCoverRequest(tx, coverId)
  if (!request) throw notFound('cover request')
  return request
}

const WORDS: Readonly<Record<string, string>> = {
  covered: 'Somebody was faster: all of it is covered.',
  alreadyTaken: 'Somebody was faster: that part is covered.',
  withdrawn: 'It was taken back: no cover is needed any more.',
  expired: 'It is too late: the shift is over.',
  ownShift: 'It is your own shift.',
  notAsked: 'Somebody else was asked.',
  swapIsWhole: 'A swap is taken as a whole.',
  partTooShort: 'A part has to be 15 minutes or longer.',
}

const refusedInWords = (reason: string): Problem =>
  new Problem('conflict', reason, WORDS[reason] ?? 'That is not possible any more.')

/** When this person is on call within that stretch. */
function stretchesOf(schedule: Schedule, personId: Id, within: Stretch): Stretch[] {
  const found: Stretch[] = []
  for (const shift of shiftsBetween(schedule, within.from, within.to)) {
    if (!shift.people.some((one) => one.personId === personId)) continue
    const last = found.at(-1)
    if (last && last.to === shift.from) last.to = shift.to
    else found.push({ from: shift.from, to: shift.to })
  }
  return overlap(found, within)
}

function checkStretch({ from, to }: Stretch, now: Instant, max: number): void {
  if (to <= from) throw invalid('to', 'It ends before it begins.')
  if (to <= now) throw invalid('to', 'It is over already. Who was on call is never rewritten.')
  if (to - from > max) throw invalid('to', `It is longer than ${Math.round(max / DAY)} days.`)
}

/** An entry about a schedule. */
export const dutyEntry = (
  { tx, actor }: Doing,
  schedule: Pick<Schedule, 'id' | 'teamId'>,
  kind: string,
  result: Readonly<Record<string, unknown>>,
  undo: string | null = null,
): Entry => ({
  subject: { kind: 'configuration', id: schedule.id },
  happenedAt: tx.now,
  actor,
  kind,
  rule: null,
  inputs: {},
  result,
  undo,
  groupId: null,
  serviceId: null,
  teamId: schedule.teamId,
  visibility: 'everyone',
  drillId: null,
})
