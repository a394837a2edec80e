/**
 * What overrides make of the people whom the rotations name. One that replaces everyone puts its
 * person in their place; one that replaces a single person does so wherever that person comes
 * from, a rotation or another override. Then come those who are on call besides. Who is taken out
 * loses what a rotation gave them, and nothing that was asked of them in person. Overrides at the
 * same time stand side by side: rather one person too many is paged than one too few. The order in
 * which they are stored means nothing.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { OnDuty, Override } from './schedule.ts'

/** Overrides in the order in which they begin, without those that end before they begin. */
export const inOrder = (overrides: readonly Override[]): Override[] =>
  overrides
    .filter((one) => one.from < one.to)
    .sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

/** @param active in order, all of them in force at the same instant */
export function overridden(people: readonly OnDuty[], active: readonly Override[]): OnDuty[] {
  const whole = active.filter(replacesEveryone)
  const duty = new Map<Id, OnDuty>()
  const add = (one: OnDuty): void => {
    // Whoever is there twice is there for the override: it was asked of them in person.
    if (duty.get(one.personId)?.why.kind !== 'override') duty.set(one.personId, one)
  }
  const standIns = standInsOf(active)
  for (const one of whole.length > 0 ? whole.map(standIn) : people)
    replaced(one, standIns).forEach(add)
  for (const one of active) if (one.kind === 'add') add(standIn(one))
  const out = new Set(active.flatMap((one) => (one.kind === 'remove' ? [one.personId] : [])))
  return [...duty.values()].filter((one) => one.why.kind === 'override' || !out.has(one.personId))
}

/** Where everyone is replaced it does not matter what the rotations do meanwhile. */
export const replacesEveryone = (one: Override): boolean =>
  one.kind === 'replace' && one.replaces === null

const standIn = ({ id, kind, personId, from, to, replaces }: Override): OnDuty => ({
  personId,
  why: { kind: 'override', override: id, from, to, replaces, isBesides: kind === 'add' },
})

function standInsOf(active: readonly Override[]): Map<Id, Override[]> {
  const found = new Map<Id, Override[]>()
  for (const one of active) {
    if (one.kind !== 'replace') continue
    if (one.replaces === null || one.replaces === one.personId) continue
    const others = found.get(one.replaces)
    if (others) others.push(one)
    else found.set(one.replaces, [one])
  }
  return found
}

/** A longer chain of stand-ins is not what anybody meant. */
const CHAIN_MAX = 100

/**
 * Who stands in for this person in the end. Those who stand in for each other have swapped: a
 * chain stops before it comes back to somebody it has been at.
 */
function replaced(one: OnDuty, standIns: ReadonlyMap<Id, readonly Override[]>): OnDuty[] {
  if (!standIns.has(one.personId)) return [one]
  const last: OnDuty[] = []
  const seen = new Set<Id>()
  const chain = new Set<Id>()
  const follow = (at: OnDuty): void => {
    seen.add(at.personId)
    chain.add(at.personId)
    let isHandedOn = false
    for (const next of standIns.get(at.personId) ?? []) {
      if (chain.has(next.personId) || chain.size >= CHAIN_MAX) continue
      isHandedOn = true
      if (!seen.has(next.personId)) follow(standIn(next))
    }
    chain.delete(at.personId)
    if (!isHandedOn) last.push(at)
  }
  follow(one)
  return last
}

/** When the next of them begins or ends; infinity where none does. */
export function nextEdge(overrides: readonly Override[], after: Instant): Instant {
  let next = Number.POSITIVE_INFINITY
  for (const { from, to } of overrides) {
    if (from > after && from < next) next = from
    else if (to > after && to < next) next = to
  }
  return next
}
