/** The clock of a breach: elapsed hours, whatever else happens to the incident. */
import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'
import { SEED } from '../severity/policy.ts'
import { breachDue, partiesIn, setBreach } from './breach.ts'
import { at, type Course, declared } from './incident.rig.ts'
import { owesIncident } from './owes.ts'

const AUTHORITY = 'data protection authority'
const began = (more: object = {}) =>
  ({ kind: 'breachBegan', awareAt: null, hours: null, tell: [AUTHORITY], ...more }) as const
const told = (whom = AUTHORITY, time: string | null = null) =>
  ({
    kind: 'breachTold',
    whom,
    at: time === null ? null : at(time),
    reference: null,
  }) as const
const owed = (course: Course) =>
  owesIncident(course.incident, SEED, () => 'lead').filter((one) => one.rule === 'incident.breach')

test('72 hours are 72 physical hours across a change of the clocks', () => {
  const awareAt = Date.parse('2026-10-24T10:00:00Z')
  const due = breachDue({ awareAt, hours: 72 })
  expect(due).toBe(Date.parse('2026-10-27T10:00:00Z'))
  // In Berlin the clocks went back in between: on the wall it is an hour less.
  expect(toWall(due, 'Europe/Berlin') - toWall(awareAt, 'Europe/Berlin')).toBe(71 * HOUR)
  const spring = Date.parse('2026-03-28T10:00:00Z')
  const dueInSpring = breachDue({ awareAt: spring, hours: 72 })
  expect(dueInSpring - spring).toBe(72 * HOUR)
  expect(toWall(dueInSpring, 'Europe/Berlin') - toWall(spring, 'Europe/Berlin')).toBe(73 * HOUR)
})

test('each who must be told is owed by the commander, whatever the severity', () => {
  for (const level of [1, 4] as const) {
    const course = declared(level).do(
      '11:00',
      began({ awareAt: at('09:30'), tell: [AUTHORITY, 'customers\nboard', ' customers '] }),
    )
    expect(owed(course).map((one) => [one.key, one.owner, one.due, one.proof])).toEqual(
      [AUTHORITY, 'customers', 'board'].map((whom) => [
        `incident.breach:i1:${whom}`,
        { kind: 'person', id: 'ic' },
        at('09:30') + 72 * HOUR,
        null,
      ]),
    )
  }
})

test('it is owed after the all-clear, and met by telling them then', () => {
  const course = declared(2)
    .do('11:00', began())
    .do('11:10', { kind: 'moved', to: 'monitoring', reason: null })
    .do('12:00', { kind: 'moved', to: 'resolved', reason: 'looked' })
  expect(owed(course)).toHaveLength(1)
  course.do('13:00', told('Data Protection Authority ', '12:30'))
  expect(owed(course)[0]?.proof).toEqual({ at: at('12:30'), ref: 'told' })
  expect(course.recorded().slice(-1)).toEqual(['breachTold'])
})

test('a merged one owes it still, one that was called off does not', () => {
  const course = () => declared(2).do('11:00', began())
  expect(owed(course().do('11:05', { kind: 'merged', into: 'i2' }))).toHaveLength(1)
  const off = course().do('11:05', { kind: 'moved', to: 'canceled', reason: 'none' })
  expect(owed(off)).toEqual([])
  expect(off.refused('11:10', began()).reason).toBe('isOver')
})

test('what cannot be is refused', () => {
  const course = declared(2)
  expect(course.refused('11:00', told())).toEqual({ field: 'whom', reason: 'noBreach' })
  expect(course.refused('11:00', began({ awareAt: at('11:01') }))).toEqual({
    field: 'awareAt',
    reason: 'inFuture',
  })
  expect(course.refused('11:00', began({ tell: [' \n'] }))).toEqual({
    field: 'tell',
    reason: 'needed',
  })
  course.do('11:00', began())
  expect(course.refused('12:00', told('the press')).reason).toBe('unknown')
  expect(course.refused('12:00', told(AUTHORITY, '12:01')).reason).toBe('inFuture')
  expect(course.refused('12:00', told(AUTHORITY, '10:59')).reason).toBe('beforeAware')
  course.do('12:00', told())
  expect(course.refused('12:01', told()).reason).toBe('toldAlready')
})

test('it is set right without losing who was told', () => {
  const course = declared(2)
    .do('11:00', began())
    .do('11:30', told())
    .do('12:00', began({ awareAt: at('10:00'), tell: ['customers'] }))
    .do('12:10', began({ hours: 24, tell: [AUTHORITY.toUpperCase()] }))
  expect(owed(course).map((one) => [one.due, one.proof?.at ?? null])).toEqual([
    [at('10:00') + 24 * HOUR, at('11:30')],
    [at('10:00') + 24 * HOUR, null],
  ])
})

test('lines of text are parties, each once', () => {
  expect(partiesIn(['a\n\n b ', 'a'])).toEqual(['a', 'b'])
  expect(
    setBreach(null, { awareAt: null, hours: null, tell: ['x'.repeat(201)] }, at('10:00')),
  ).toEqual({ field: 'tell', reason: 'tooMany' })
})
