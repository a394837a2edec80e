import { expect, test } from 'vitest'
import { amend, planAt, VERSIONS_MAX } from './amend.ts'
import { at, names, rotation, schedule } from './schedule.rig.ts'
import { shiftsBetween } from './shifts.ts'

const one = schedule('Europe/Lisbon', [rotation('ana ben')])
const now = at('2026-11-25T12:00', 'Europe/Lisbon')
const plan = (people: string, timezone = 'Europe/Lisbon') => ({
  timezone,
  rotations: [rotation(people)],
})

test('an edit takes effect now and never rewrites who was on call before', () => {
  const edited = amend(one, plan('cy dan'), now, now)
  expect(names(edited, '2026-11-25T11:59')).toBe(names(one, '2026-11-25T11:59'))
  expect(names(edited, '2026-11-10T10:00')).toBe('ben')
  expect(names(edited, '2026-11-25T12:00')).toMatch(/cy|dan/)
})

test('a moment that has passed means now', () => {
  const edited = amend(one, plan('cy'), at('2026-11-01T10:00'), now)
  expect(names(edited, '2026-11-25T11:59')).not.toBe('cy')
  expect(names(edited, '2026-11-25T12:00')).toBe('cy')
})

test('an edit for later holds from then on, and gives way to a newer one before it began', () => {
  const later = at('2026-12-07T10:00', 'Europe/Lisbon')
  const planned = amend(one, plan('cy'), later, now)
  expect(names(planned, '2026-12-07T09:59')).toMatch(/ana|ben/)
  expect(names(planned, '2026-12-07T10:00')).toBe('cy')
  const replaced = amend(planned, plan('dan'), later, now + 60_000)
  expect(replaced.earlier).toHaveLength(1)
  expect(names(replaced, '2026-12-07T09:59')).toMatch(/ana|ben/)
  expect(names(replaced, '2026-12-07T10:00')).toBe('dan')
})

test('taking a planned edit back leaves nothing behind', () => {
  const planned = amend(one, plan('cy'), at('2026-12-07T10:00'), now)
  const back = amend(planned, planAt(planned, now), now, now + 60_000)
  expect(back.earlier).toEqual([])
  expect(back.rotations).toEqual(one.rotations)
})

test('the same plan again changes nothing, in whatever order its fields come', () => {
  const shuffled = one.rotations.map((it) =>
    Object.fromEntries(Object.entries(it).reverse()),
  ) as unknown as typeof one.rotations
  expect(amend(one, { timezone: one.timezone, rotations: shuffled }, now, now)).toBe(one)
})

test('a change of the zone is a change of the plan: what was local before stays local there', () => {
  const moved = amend(one, plan('ana ben', 'Asia/Tokyo'), now, now)
  const before = shiftsBetween(moved, at('2026-11-02T00:00'), now)
  expect(before).toEqual(shiftsBetween(one, at('2026-11-02T00:00'), now))
})

test('shifts lie end to end over an edit, and the person of both versions has two shifts', () => {
  const edited = amend(one, plan('ben cy'), now, now)
  const shifts = shiftsBetween(edited, at('2026-11-20T00:00'), at('2026-11-30T00:00'))
  shifts.forEach((shift, index) => {
    if (index > 0) expect(shift.from).toBe(shifts[index - 1]?.to)
  })
  expect(shifts.some((shift) => shift.from === now)).toBe(true)
})

test('however often somebody edits, a bounded number of versions is kept', () => {
  let edited = one
  for (let count = 0; count < VERSIONS_MAX + 20; count += 1)
    edited = amend(edited, plan(`p${count}`), now + count, now + count)
  expect(edited.earlier).toHaveLength(VERSIONS_MAX)
})
