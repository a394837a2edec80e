/**
 * Hand-offs as they happen: made when the people of a schedule change, with a note written from the
 * record, and watched until somebody accepts.
 */
import { type AlertBrief, briefFor } from '../alerts/handoff.ts'
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { printable, truncate } from '../lib/text.ts'
import { formatDateTime } from '../lib/zone.ts'
import { tell } from '../notify/notice-store.ts'
import { accept, type Handoff, KEPT_MS_MAX, lastChange } from '../oncall/handoff.ts'
import {
  addHandoff,
  dueHandoffs,
  hasHandoff,
  lockHandoff,
  saveHandoff,
} from '../oncall/handoff-store.ts'
import type { Schedule } from '../oncall/schedule.ts'
import { changeSchedule } from '../oncall/store.ts'
import { ENGINE } from '../timeline/entry.ts'
import { record } from '../timeline/store.ts'
import { dutyEntry, type Doing, putOn } from './verbs/duty.ts'

/** Gives how many hand-offs began or ran out. */
export async function watchHandoffs(
  tx: Tx,
  directory: Directory,
  makeId: () => Id,
): Promise<number> {
  const doing: Doing = { tx, directory, makeId, actor: ENGINE }
  let moved = 0
  for (const schedule of directory.schedules.values()) {
    if (schedule.acceptWithinMs !== null && (await begin(doing, schedule))) moved += 1
  }
  for (const handoff of await dueHandoffs(tx, 50)) {
    await runOut(doing, handoff)
    moved += 1
  }
  return moved
}

async function begin({ tx, directory, makeId }: Doing, schedule: Schedule): Promise<boolean> {
  const change = lastChange(schedule, tx.now)
  if (!change || (await hasHandoff(tx, schedule.id, change.at))) return false
  const brief = await briefFor(tx, schedule.teamId, change.at - 7 * DAY)
  const dueAt = Math.max(change.at, tx.now) + (schedule.acceptWithinMs ?? 0)
  const handoff: Handoff = {
    id: makeId(),
    scheduleId: schedule.id,
    teamId: schedule.teamId,
    at: change.at,
    outgoing: change.outgoing,
    incoming: change.incoming,
    status: 'open',
    dueAt,
    note: noteOf(brief, schedule.timezone),
    watch: '',
    acceptedBy: null,
    acceptedAt: null,
    kept: [],
    wakeAt: dueAt,
  }
  if (!(await addHandoff(tx, handoff))) return false
  await tell(
    tx,
    change.incoming
      .filter((id) => directory.people.has(id))
      .map((personId) => ({
        personId,
        kind: 'handoffWaiting',
        params: { schedule: schedule.id, dueAt, outgoing: change.outgoing[0] },
        onceKey: `handoffWaiting:${handoff.id}:${personId}`,
        path: '/on-call',
      })),
    makeId,
  )
  return true
}

/** Not accepted in time: both stay on call. The ledger tells the lead. */
async function runOut(doing: Doing, handoff: Handoff): Promise<void> {
  const { tx, directory } = doing
  const schedule = directory.schedules.get(handoff.scheduleId)
  const overdue: Handoff = { ...handoff, status: 'overdue', wakeAt: null }
  if (!schedule) return void (await saveHandoff(tx, overdue))
  const kept = await putOn(
    doing,
    schedule.id,
    handoff.outgoing.map((personId) => ({
      kind: 'add',
      personId,
      replaces: null,
      from: tx.now,
      to: tx.now + KEPT_MS_MAX,
    })),
    'the hand-off was not accepted',
  )
  await saveHandoff(tx, { ...overdue, kept })
  await record(tx, [
    dutyEntry(doing, schedule, 'handoffOverdue', {
      handoff: handoff.id,
      outgoing: handoff.outgoing[0],
      incoming: handoff.incoming[0],
    }),
  ])
}

/** Taken over: those who were kept on call are free. */
export async function acceptHandoff(doing: Doing, id: Id, personId: Id): Promise<void> {
  const { tx } = doing
  const handoff = await lockHandoff(tx, id)
  if (!handoff) throw notFound('hand-off')
  const accepted = accept(handoff, personId, tx.now)
  if ('refused' in accepted) {
    throw accepted.refused === 'alreadyAccepted'
      ? new Problem('conflict', accepted.refused, 'It was accepted already.')
      : new Problem('forbidden', accepted.refused, 'Only those who take over can accept it.')
  }
  const { after } = await changeSchedule(tx, handoff.scheduleId, (schedule) => {
    if (handoff.kept.length === 0) return schedule
    const overrides = schedule.overrides.map((one) =>
      handoff.kept.includes(one.id) && one.to > tx.now ? { ...one, to: tx.now } : one,
    )
    return { ...schedule, overrides }
  })
  await saveHandoff(tx, accepted)
  await record(tx, [dutyEntry(doing, after, 'handoffAccepted', { handoff: id, person: personId })])
}

/** What the outgoing person adds by hand. */
export async function watchItems(
  { tx }: Doing,
  id: Id,
  personId: Id | null,
  text: string,
): Promise<void> {
  const handoff = await lockHandoff(tx, id)
  if (!handoff) throw notFound('hand-off')
  if (personId !== null && !handoff.outgoing.includes(personId))
    throw new Problem('forbidden', 'notYours', 'Only those who hand over write here.')
  await saveHandoff(tx, { ...handoff, watch: truncate(printable(text), 4_000) })
}

/** Written from the record, in the zone of the schedule. Text from outside is cut and cleaned. */
export function noteOf(brief: AlertBrief, zone: string): string {
  const clean = (text: string): string => truncate(printable(text).replace(/\s+/g, ' '), 160)
  const section = (title: string, none: string, lines: readonly string[]): string =>
    [`${title}:`, ...(lines.length > 0 ? lines.map((line) => `- ${line}`) : [`- ${none}`])].join(
      '\n',
    )
  return [
    section(
      'Open alerts',
      'none',
      brief.open.map(
        (one) =>
          `${clean(one.title)} (${one.severity}, ${one.status}, since ${formatDateTime(one.openedAt, zone)})`,
      ),
    ),
    section(
      'Silences in force',
      'none',
      brief.silences.map(
        (one) =>
          `${one.matchers.map((m) => `${m.name}${m.op}${m.value}`).join(', ')} until ${formatDateTime(one.endsAt, zone)}: ${clean(one.reason)}`,
      ),
    ),
    section(
      'Noisy in the last seven days',
      'nothing fired more than once',
      brief.noisy.map((one) => `${clean(one.title)}: ${one.count} times`),
    ),
    section(
      'Changes in the last seven days',
      'none reported',
      brief.changes.map((one) => `${formatDateTime(one.at, zone)} ${clean(one.summary)}`),
    ),
  ].join('\n\n')
}
