/**
 * A day before somebody comes on call: if nothing of what would wake them was ever proven, they are
 * told, and so is the lead of the rota's team. Once for a shift.
 */
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { tell, type Told } from '../notify/notice-store.ts'
import type { Schedule } from '../oncall/schedule.ts'
import { shiftsBetween, stints, whoIsOnCall } from '../oncall/shifts.ts'
import { planFor, type RuleFacts } from '../people/rules.ts'

export async function watchReady(
  tx: Tx,
  directory: Directory,
  rules: RuleFacts,
  makeId: () => Id,
): Promise<void> {
  const told = [...directory.schedules.values()].flatMap((schedule) =>
    beginning(schedule, tx.now).flatMap(({ personId, from }) =>
      isProven(directory, personId, rules) ? [] : warnings(directory, schedule, personId, from),
    ),
  )
  await tell(tx, told, makeId)
}

/** Who is not on call now and will be within a day. */
function beginning(schedule: Schedule, now: number): { personId: Id; from: number }[] {
  const onNow = new Set(whoIsOnCall(schedule, now).people.map((one) => one.personId))
  const seen = new Set<Id>()
  return stints(shiftsBetween(schedule, now, now + DAY)).flatMap(({ from, people }) =>
    people.flatMap(({ personId }) => {
      if (onNow.has(personId) || seen.has(personId)) return []
      seen.add(personId)
      return [{ personId, from }]
    }),
  )
}

/** One contact of the loud plan that was proven is enough: the others are what `doctor` is for. */
function isProven(directory: Directory, personId: Id, rules: RuleFacts): boolean {
  const person = directory.people.get(personId)
  if (!person) return true
  const used = new Set(planFor(person, 'high', rules).map((one) => one.contactId))
  return person.contacts.some((one) => used.has(one.id) && one.verifiedAt !== null)
}

function warnings(directory: Directory, schedule: Schedule, personId: Id, from: number): Told[] {
  const lead = schedule.teamId === null ? null : directory.teams.get(schedule.teamId)?.leadId
  return [...new Set([personId, ...(lead ? [lead] : [])])].map((to) => ({
    personId: to,
    kind: 'notReady',
    params: { person: personId, schedule: schedule.id, from, isSelf: to === personId },
    onceKey: `notReady:${schedule.id}:${personId}:${from}:${to}`,
    path: '/me',
  }))
}
