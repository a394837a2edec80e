import { expect, test } from 'vitest'
import { DAY, HOUR, toIso } from '../lib/instant.ts'
import { at, names, override, rotation, schedule, shadow, story } from './schedule.rig.ts'
import { WEEKDAYS } from '../lib/windows.ts'
import type { Period, Schedule } from './schedule.ts'
import { SHIFTS_MAX, shiftsBetween, whoIsOnCall } from './shifts.ts'

const DAILY: Period = { unit: 'day', count: 1 }
const MONTHLY: Period = { unit: 'month', count: 1 }
const hours = (count: number): Period => ({ unit: 'hour', count })
const WORKDAYS = WEEKDAYS.slice(0, 5)

/** The schedule of the example: a week each, nights by two of them, Christmas by one. */
const example = (more: Partial<Schedule> = {}): Schedule =>
  schedule(
    'Europe/Lisbon',
    [
      rotation('maria jake ana ben'),
      rotation('ana ben', {
        id: 'nights',
        only: [{ days: WORKDAYS, from: '22:00', to: '06:00' }],
      }),
    ],
    more,
  )

test('names who has the week, why, and until when', () => {
  const onCall = whoIsOnCall(example(), at('2026-11-10T12:00'))
  expect(onCall).toEqual({
    people: [
      {
        personId: 'jake',
        why: {
          kind: 'rotation',
          rotation: 'weekly',
          turn: 1,
          from: at('2026-11-09T10:00'),
          to: at('2026-11-16T10:00'),
        },
      },
    ],
    shadows: [],
    reason: null,
    until: at('2026-11-10T22:00'),
  })
})

test('a later rotation wins where it covers, and gives the place back where it does not', () => {
  expect(story(example(), '2026-11-06T10:00', '2026-11-10T10:00')).toEqual([
    '12 h maria',
    '8 h ana',
    '52 h maria',
    '12 h jake',
    '8 h ben',
    '4 h jake',
  ])
})

test('a shift begins at its first millisecond and ends before its last', () => {
  const one = schedule('UTC', [rotation('ana ben')])
  const handoff = at('2026-11-09T10:00')
  expect(whoIsOnCall(one, handoff - 1).people[0]?.personId).toBe('ana')
  expect(whoIsOnCall(one, handoff - 1).until).toBe(handoff)
  expect(whoIsOnCall(one, handoff).people[0]?.personId).toBe('ben')
  expect(whoIsOnCall(one, handoff).until).toBe(at('2026-11-16T10:00'))
})

test('coverage begins at the first hand-off on or after the start, and before it nobody is on call', () => {
  const one = schedule('UTC', [rotation('ana ben', { starts: '2026-11-03' })])
  const before = whoIsOnCall(one, at('2026-11-09T09:59'))
  expect(before).toMatchObject({
    people: [],
    reason: 'nobodyOnCall',
    until: at('2026-11-09T10:00'),
  })
  expect(names(one, '2026-11-09T10:00')).toBe('ana')
  expect(
    names(schedule('UTC', [rotation('ana', { starts: '2026-11-02' })]), '2026-11-02T09:59'),
  ).toBe('nobody')
  expect(
    names(schedule('UTC', [rotation('ana', { starts: '2026-11-02' })]), '2026-11-02T10:00'),
  ).toBe('ana')
})

test('a weekly hand-off without a day takes the weekday of the start', () => {
  const one = schedule('UTC', [
    rotation('ana ben', { starts: '2026-11-05', handoff: { weekday: null } }),
  ])
  expect(story(one, '2026-11-05T00:00', '2026-11-19T10:00')).toEqual([
    '10 h nobody',
    '168 h ana',
    '168 h ben',
  ])
})

test('a rotation ends at the midnight of its end, in the middle of a turn, for good', () => {
  const one = schedule('Europe/Lisbon', [rotation('ana', { ends: '2026-11-11' })])
  expect(names(one, '2026-11-10T23:59')).toBe('ana')
  expect(whoIsOnCall(one, at('2026-11-10T12:00')).until).toBe(at('2026-11-11T00:00'))
  const after = whoIsOnCall(one, at('2026-11-11T00:00'))
  expect(after).toMatchObject({ reason: 'nobodyOnCall', until: Number.POSITIVE_INFINITY })
})

test('two weeks at a time, several people at once', () => {
  const one = schedule('UTC', [rotation('ana+ben cy', { every: { unit: 'week', count: 2 } })])
  expect(story(one, '2026-11-02T10:00', '2026-12-14T10:00')).toEqual([
    '336 h ana+ben',
    '336 h cy',
    '336 h ana+ben',
  ])
})

test('somebody named twice in one turn is paged once', () => {
  expect(names(schedule('UTC', [rotation('ana+ana')]), '2026-11-03T00:00')).toBe('ana')
})

test('the same person on two turns running has two shifts', () => {
  expect(story(schedule('UTC', [rotation('ana')]), '2026-11-02T10:00', '2026-11-16T10:00')).toEqual(
    ['168 h ana', '168 h ana'],
  )
})

// Months ------------------------------------------------------------------------------------

const handoffDates = (date: number | null, starts: string, every = MONTHLY): string[] => {
  const one = schedule('UTC', [
    rotation('ana ben', { every, starts, handoff: { date, time: '10:00' } }),
  ])
  return shiftsBetween(one, at(`${starts}T00:00`), at(`${starts}T00:00`) + 400 * DAY)
    .filter((shift) => shift.people.length > 0)
    .map((shift) => toIso(shift.from).slice(0, 10))
}

test('a hand-off on the 31st is on the last day of shorter months', () => {
  expect(handoffDates(31, '2027-12-01').slice(0, 7)).toEqual([
    '2027-12-31',
    '2028-01-31',
    '2028-02-29',
    '2028-03-31',
    '2028-04-30',
    '2028-05-31',
    '2028-06-30',
  ])
  expect(handoffDates(30, '2026-01-31').slice(0, 3)).toEqual([
    '2026-02-28',
    '2026-03-30',
    '2026-04-30',
  ])
})

test('a monthly hand-off without a date takes the day of the start, and comes back to it after February', () => {
  expect(handoffDates(null, '2026-01-31').slice(0, 4)).toEqual([
    '2026-01-31',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
  ])
})

test('a month begins in the next one where its hand-off is past', () => {
  expect(handoffDates(1, '2026-11-02').slice(0, 2)).toEqual(['2026-12-01', '2027-01-01'])
  expect(handoffDates(2, '2026-11-02').slice(0, 2)).toEqual(['2026-11-02', '2026-12-02'])
})

test('quarters and years are months as well, over the leap day', () => {
  expect(handoffDates(15, '2026-11-01', { unit: 'month', count: 3 }).slice(0, 3)).toEqual([
    '2026-11-15',
    '2027-02-15',
    '2027-05-15',
  ])
  expect(handoffDates(29, '2028-02-29', { unit: 'month', count: 12 })).toEqual([
    '2028-02-29',
    '2029-02-28',
  ])
})

test('a month changes at its own hour, not at midnight', () => {
  const one = schedule('UTC', [
    rotation('ana ben', { every: MONTHLY, starts: '2026-11-01', handoff: { date: 1 } }),
  ])
  expect(names(one, '2026-12-01T09:59')).toBe('ana')
  expect(names(one, '2026-12-01T10:00')).toBe('ben')
  expect(names(one, '2026-12-31T23:59')).toBe('ben')
})

// Windows -----------------------------------------------------------------------------------

test('a window over midnight belongs to the day it begins on', () => {
  const one = schedule('UTC', [
    rotation('ana', { only: [{ days: ['fri'], from: '22:00', to: '06:00' }] }),
  ])
  expect(names(one, '2026-11-06T05:00')).toBe('nobody')
  expect(names(one, '2026-11-06T21:59')).toBe('nobody')
  expect(names(one, '2026-11-06T22:00')).toBe('ana')
  expect(names(one, '2026-11-07T05:59')).toBe('ana')
  expect(names(one, '2026-11-07T06:00')).toBe('nobody')
  expect(names(one, '2026-11-07T22:00')).toBe('nobody')
})

test('Sunday night runs into Monday', () => {
  const one = schedule('UTC', [
    rotation('ana', { only: [{ days: ['sun'], from: '20:00', to: '08:00' }] }),
  ])
  expect(story(one, '2026-11-08T12:00', '2026-11-09T12:00')).toEqual([
    '8 h nobody',
    '12 h ana',
    '4 h nobody',
  ])
})

test('windows that touch are one: a restriction of several days covers each of them (R70)', () => {
  const only = [{ days: WORKDAYS, from: '00:00', to: '24:00' }]
  const one = schedule('UTC', [rotation('ana', { only })])
  // Over the hand-off of Monday at ten, there is one run from Monday's midnight to Saturday's.
  expect(story(one, '2026-11-08T00:00', '2026-11-15T00:00')).toEqual([
    '24 h nobody',
    '10 h ana',
    '110 h ana',
    '24 h nobody',
  ])
  expect(whoIsOnCall(one, at('2026-11-10T12:00')).until).toBe(at('2026-11-14T00:00'))
})

test('equal times are a whole day from that hour, and all days of it are no restriction', () => {
  const one = schedule('UTC', [
    rotation('ana', { only: [{ days: ['tue'], from: '09:00', to: '09:00' }] }),
  ])
  expect(story(one, '2026-11-10T00:00', '2026-11-12T00:00')).toEqual([
    '9 h nobody',
    '24 h ana',
    '15 h nobody',
  ])
  const always = schedule('UTC', [
    rotation('ana', { only: [{ days: WEEKDAYS, from: '09:00', to: '09:00' }] }),
  ])
  expect(story(always, '2026-11-09T10:00', '2026-11-23T10:00')).toEqual(['168 h ana', '168 h ana'])
})

test('a window without days covers nothing, and the gap is said (R73)', () => {
  const one = schedule('UTC', [
    rotation('ana', { only: [{ days: [], from: '09:00', to: '17:00' }] }),
  ])
  expect(story(one, '2026-11-02T10:00', '2026-11-09T10:00')).toEqual(['168 h nobody'])
  expect(whoIsOnCall(one, at('2026-11-03T12:00')).reason).toBe('nobodyOnCall')
})

test('a window that ends earlier than it begins is the night, and the day is a gap (R73)', () => {
  const only = [{ days: WEEKDAYS, from: '17:00', to: '09:00' }]
  const one = schedule('UTC', [rotation('ana', { only })])
  expect(story(one, '2026-11-03T09:00', '2026-11-05T09:00')).toEqual([
    '8 h nobody',
    '16 h ana',
    '8 h nobody',
    '16 h ana',
  ])
})

test('the rotation underneath stays after any number of windows (R70)', () => {
  const one = schedule('UTC', [
    rotation('base', { starts: '2026-01-05' }),
    rotation('top', {
      id: 'top',
      starts: '2026-01-05',
      only: [{ days: WEEKDAYS, from: '09:00', to: '17:00' }],
    }),
  ])
  const shifts = shiftsBetween(one, at('2026-11-02T00:00'), at('2026-12-02T00:00'))
  expect(shifts.every((shift) => shift.people.length === 1)).toBe(true)
  expect(names(one, '2026-12-01T08:59')).toBe('base')
  expect(names(one, '2026-12-01T09:00')).toBe('top')
  expect(names(one, '2026-12-01T17:00')).toBe('base')
})

test('a weekend off takes nobody’s turn: whoever follows Friday has Monday (R70)', () => {
  const one = schedule('UTC', [
    rotation('ana ben cy', {
      every: DAILY,
      starts: '2026-11-01',
      handoff: { time: '19:00' },
      only: [{ days: WORKDAYS, from: '09:00', to: '19:00' }],
    }),
  ])
  const days = ['02', '03', '04', '05', '06', '07', '08', '09', '10']
  expect(days.map((day) => names(one, `2026-11-${day}T12:00`))).toEqual([
    'ana',
    'ben',
    'cy',
    'ana',
    'ben',
    'nobody',
    'nobody',
    'cy',
    'ana',
  ])
})

test('with seven people on weekdays only, everybody comes to a turn', () => {
  const one = schedule('UTC', [
    rotation('a b c d e f g', {
      every: DAILY,
      starts: '2026-11-02',
      handoff: { time: '00:00' },
      only: [{ days: WORKDAYS, from: '00:00', to: '24:00' }],
    }),
  ])
  const shifts = shiftsBetween(one, at('2026-11-02T00:00'), at('2026-11-02T00:00') + 7 * 7 * DAY)
  const turns = shifts.flatMap((shift) => shift.people.map((person) => person.personId))
  expect(turns).toHaveLength(35)
  expect(turns.join('')).toBe('abcdefg'.repeat(5))
})

test('of a 12-hour rotation for nights the days take nobody’s turn', () => {
  const one = schedule('UTC', [
    rotation('ana ben', {
      every: hours(12),
      starts: '2026-11-02',
      handoff: { time: '08:00' },
      only: [{ days: WEEKDAYS, from: '20:00', to: '08:00' }],
    }),
  ])
  expect(story(one, '2026-11-02T20:00', '2026-11-05T08:00')).toEqual([
    '12 h ana',
    '12 h nobody',
    '12 h ben',
    '12 h nobody',
    '12 h ana',
  ])
})

// Nobody ------------------------------------------------------------------------------------

test('a rotation of nobody, or no rotation, says that nobody is on call', () => {
  for (const one of [
    schedule('UTC', []),
    schedule('UTC', [rotation('')]),
    schedule('UTC', [rotation('', { turns: [[], []] })]),
  ]) {
    expect(whoIsOnCall(one, at('2026-11-10T12:00'))).toEqual({
      people: [],
      shadows: [],
      reason: 'nobodyOnCall',
      until: Number.POSITIVE_INFINITY,
    })
    expect(story(one, '2026-11-02T00:00', '2026-11-03T00:00')).toEqual(['24 h nobody'])
  }
})

test('the turn of somebody who left is a gap, which a rotation underneath fills', () => {
  const left = rotation('', { turns: [['ana'], [], ['cy']], every: DAILY, starts: '2026-11-02' })
  expect(story(schedule('UTC', [left]), '2026-11-02T10:00', '2026-11-05T10:00')).toEqual([
    '24 h ana',
    '24 h nobody',
    '24 h cy',
  ])
  const filled = schedule('UTC', [rotation('base', { id: 'base' }), left])
  expect(story(filled, '2026-11-02T10:00', '2026-11-05T10:00')).toEqual([
    '24 h ana',
    '24 h base',
    '24 h cy',
  ])
})

test('a rotation with a date that is none covers nothing rather than anything', () => {
  for (const part of [
    { starts: '2026-02-30' },
    { handoff: { time: '25:00' } },
    { ends: 'never' },
  ]) {
    expect(names(schedule('UTC', [rotation('ana', part)]), '2026-11-10T12:00')).toBe('nobody')
  }
})

// Overrides ---------------------------------------------------------------------------------

test('an override takes everyone’s place, from its first instant up to its last', () => {
  const one = example({ overrides: [override('jake', '2026-12-24T10:00', '2026-12-26T10:00')] })
  expect(names(one, '2026-12-24T09:59')).toBe('ben')
  expect(names(one, '2026-12-24T10:00')).toBe('jake')
  expect(names(one, '2026-12-26T09:59')).toBe('jake')
  expect(names(one, '2026-12-26T10:00')).toBe('ben')
  // The nights of Ana and Ben are replaced too, and the whole of it is one shift.
  expect(story(one, '2026-12-24T10:00', '2026-12-26T10:00')).toEqual(['48 h jake'])
  expect(whoIsOnCall(one, at('2026-12-25T12:00')).until).toBe(at('2026-12-26T10:00'))
  expect(whoIsOnCall(one, at('2026-12-24T09:00')).until).toBe(at('2026-12-24T10:00'))
})

test('overrides that follow each other at the same instant neither overlap nor leave a hole', () => {
  const one = example({
    overrides: [
      override('jake', '2026-11-03T10:00', '2026-11-03T12:00'),
      override('ana', '2026-11-03T12:00', '2026-11-03T14:00'),
    ],
  })
  expect(story(one, '2026-11-03T10:00', '2026-11-03T15:00')).toEqual([
    '2 h jake',
    '2 h ana',
    '1 h maria',
  ])
})

test('an override that begins with a hand-off replaces the one who comes, not the one who goes', () => {
  const one = schedule('UTC', [rotation('ana ben')], {
    overrides: [override('cy', '2026-11-09T10:00', '2026-11-09T12:00', { replaces: 'ana' })],
  })
  expect(story(one, '2026-11-09T09:00', '2026-11-09T12:00')).toEqual(['1 h ana', '2 h ben'])
})

test('an override fills a gap, and one that replaces somebody does not', () => {
  const gap = { from: '2026-10-05T10:00', to: '2026-10-05T12:00' }
  const filled = example({ overrides: [override('jake', gap.from, gap.to)] })
  expect(names(filled, '2026-10-05T11:00')).toBe('jake')
  const notFilled = example({
    overrides: [override('jake', gap.from, gap.to, { replaces: 'maria' })],
  })
  expect(names(notFilled, '2026-10-05T11:00')).toBe('nobody')
})

test('an override for one of two leaves the other on call (R74)', () => {
  const one = schedule('UTC', [rotation('ana+ben')], {
    overrides: [override('cy', '2026-11-03T00:00', '2026-11-04T00:00', { replaces: 'ana' })],
  })
  expect(names(one, '2026-11-03T12:00')).toBe('cy+ben')
  expect(whoIsOnCall(one, at('2026-11-03T12:00')).people[0]?.why).toMatchObject({
    kind: 'override',
    replaces: 'ana',
  })
})

test('an override only ever replaces: it adds nobody where the one it replaces is not on call (R74)', () => {
  const one = schedule('UTC', [rotation('ana')], {
    overrides: [override('cy', '2026-11-03T00:00', '2026-11-04T00:00', { replaces: 'ben' })],
  })
  expect(story(one, '2026-11-02T10:00', '2026-11-05T10:00')).toEqual(['72 h ana'])
})

test('overrides at the same time stand side by side, in the order in which they begin', () => {
  const first = override('jake', '2026-11-03T10:00', '2026-11-03T14:00')
  const second = override('ana', '2026-11-03T12:00', '2026-11-03T16:00')
  for (const overrides of [
    [first, second],
    [second, first],
  ]) {
    expect(story(example({ overrides }), '2026-11-03T10:00', '2026-11-03T17:00')).toEqual([
      '2 h jake',
      '2 h jake+ana',
      '2 h ana',
      '1 h maria',
    ])
  }
})

test('whoever stands in for a stand-in is the one on call, in whatever order that was written', () => {
  const day = ['2026-11-03T00:00', '2026-11-04T00:00'] as const
  const first = override('jake', ...day, { replaces: 'maria' })
  const second = override('ben', ...day, { replaces: 'jake' })
  expect(names(example({ overrides: [first, second] }), '2026-11-03T12:00')).toBe('ben')
  expect(names(example({ overrides: [second, first] }), '2026-11-03T12:00')).toBe('ben')
  const whole = override('jake', ...day)
  expect(names(example({ overrides: [whole, second] }), '2026-11-03T12:00')).toBe('ben')
})

test('two who stand in for each other have swapped, and nobody is lost on the way', () => {
  const days = ['2026-11-02T10:00', '2026-11-16T10:00'] as const
  const swap = [
    override('ana', ...days, { replaces: 'ben' }),
    override('ben', ...days, { replaces: 'ana' }),
  ]
  const one = schedule('UTC', [rotation('ana ben cy')], { overrides: swap })
  expect(story(one, '2026-11-02T10:00', '2026-11-23T10:00')).toEqual([
    '168 h ben',
    '168 h ana',
    '168 h cy',
  ])
  const both = schedule('UTC', [rotation('ana+ben')], { overrides: swap })
  expect(names(both, '2026-11-03T12:00')).toBe('ben+ana')
  const self = override('ana', ...days, { replaces: 'ana' })
  expect(names(schedule('UTC', [rotation('ana')], { overrides: [self] }), '2026-11-03T12:00')).toBe(
    'ana',
  )
})

test('somebody on call by their turn who also stands in is there for the override', () => {
  const one = schedule('UTC', [rotation('ben+ana')], {
    overrides: [override('ben', '2026-11-03T00:00', '2026-11-04T00:00', { replaces: 'ana' })],
  })
  const { people } = whoIsOnCall(one, at('2026-11-03T12:00'))
  expect(people).toMatchObject([{ personId: 'ben', why: { kind: 'override', replaces: 'ana' } }])
})

test('a stand-in who is on call already is there once, and the one replaced is not', () => {
  const one = schedule('UTC', [rotation('ana+ben+cy')], {
    overrides: [
      override('ben', '2026-11-03T00:00', '2026-11-04T00:00', { replaces: 'ana' }),
      override('cy', '2026-11-03T00:00', '2026-11-04T00:00', { replaces: 'ana' }),
      override('cy', '2026-11-03T00:00', '2026-11-04T00:00', { replaces: 'ben' }),
    ],
  })
  expect(names(one, '2026-11-03T12:00')).toBe('cy')
})

test('an override that ends before it begins, or at once, covers nothing', () => {
  const overrides = [
    override('jake', '2026-11-03T14:00', '2026-11-03T10:00'),
    override('ana', '2026-11-03T12:00', '2026-11-03T12:00'),
  ]
  expect(story(example({ overrides }), '2026-11-03T08:00', '2026-11-03T20:00')).toEqual([
    '12 h maria',
  ])
  expect(names(example({ overrides }), '2026-11-03T12:00')).toBe('maria')
})

test('what is changed in a schedule shows in the next answer (R74)', () => {
  const overrides = [override('jake', '2026-11-03T10:00', '2026-11-03T14:00')]
  const one = example({ overrides })
  expect(names(one, '2026-11-03T11:00')).toBe('jake')
  overrides.length = 0
  expect(names(one, '2026-11-03T11:00')).toBe('maria')
})

// Shadows -----------------------------------------------------------------------------------

test('a shadow is named beside those on call, never among them, and never fills a gap', () => {
  const one = example({
    shadows: [
      shadow('eve', '2026-11-02T10:00', '2026-11-16T10:00'),
      shadow('eve', '2026-11-03T10:00', '2026-11-04T10:00'),
    ],
  })
  const onCall = whoIsOnCall(one, at('2026-11-03T12:00'))
  expect(onCall.people.map((person) => person.personId)).toEqual(['maria'])
  expect(onCall.shadows).toEqual(['eve'])
  expect(whoIsOnCall(one, at('2026-11-16T10:00')).shadows).toEqual([])
  const gap = schedule('UTC', [], {
    shadows: [shadow('eve', '2026-11-02T10:00', '2026-11-16T10:00')],
  })
  expect(whoIsOnCall(gap, at('2026-11-03T12:00'))).toMatchObject({
    people: [],
    shadows: ['eve'],
    reason: 'nobodyOnCall',
  })
})

// Bounds ------------------------------------------------------------------------------------

test('a rotation since 1900, asked about in 2100, answers for the turn it is', () => {
  const one = schedule('Europe/Lisbon', [
    rotation('a b c d e f g', { every: DAILY, starts: '1900-01-01', handoff: { time: '00:00' } }),
  ])
  const day = at('2100-06-15T12:00')
  const turn = Math.floor((Date.UTC(2100, 5, 15) - Date.UTC(1900, 0, 1)) / DAY)
  expect(whoIsOnCall(one, day).people[0]).toMatchObject({
    personId: 'abcdefg'[turn % 7],
    why: { turn },
  })
  const hourly = schedule('Europe/Lisbon', [
    rotation('a b', { every: hours(1), starts: '1900-01-01' }),
  ])
  expect(whoIsOnCall(hourly, day).until).toBe(day + HOUR)
})

test('a rotation that starts in 2100, or in the year 1, is neither an error nor a hang', () => {
  const later = schedule('America/New_York', [rotation('ana', { starts: '2100-01-01' })])
  expect(whoIsOnCall(later, at('2026-11-03T12:00'))).toMatchObject({
    reason: 'nobodyOnCall',
    until: at('2100-01-04T15:00:00Z'),
  })
  const ancient = schedule('Europe/Rome', [
    rotation('ana ben', { every: MONTHLY, starts: '0001-01-31' }),
  ])
  // 2,025 years and ten months after the first: an even number of turns, the last in November.
  expect(names(ancient, '2026-11-30T09:59')).toBe('ben')
  expect(names(ancient, '2026-11-30T10:00')).toBe('ana')
})

test('a period without end is one turn', () => {
  const one = schedule('UTC', [rotation('ana ben', { every: { unit: 'week', count: 9e15 } })])
  expect(whoIsOnCall(one, at('2100-01-01T00:00'))).toMatchObject({
    until: Number.POSITIVE_INFINITY,
  })
  expect(names(one, '2100-01-01T00:00')).toBe('ana')
})

test('a stretch without end is cut, and where it was cut can be seen and asked on from', () => {
  const one = schedule('UTC', [rotation('ana ben', { every: hours(1), starts: '1900-01-01' })])
  const to = at('2100-01-01T00:00')
  const shifts = shiftsBetween(one, at('1950-01-01T00:00'), to)
  expect(shifts).toHaveLength(SHIFTS_MAX)
  const cut = shifts.at(-1)?.to ?? 0
  expect(cut).toBeLessThan(to)
  expect(shiftsBetween(one, cut, to)[0]?.from).toBe(cut)
  // Nobody at all is one shift, however long: nothing is walked over.
  expect(
    shiftsBetween(
      schedule('UTC', [rotation('', { every: hours(1) })]),
      0,
      Number.POSITIVE_INFINITY,
    ),
  ).toHaveLength(1)
})

test('a stretch of no length, or that runs backwards, has no shifts', () => {
  expect(shiftsBetween(example(), 5, 5)).toEqual([])
  expect(shiftsBetween(example(), 5, 4)).toEqual([])
})

test('ten thousand overrides are answered for, one after the other and all at once', () => {
  const first = at('2026-01-05T00:00')
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    ...override(`p${index % 50}`, '2026-01-05T00:00', '2026-01-05T00:00'),
    from: first + index * HOUR,
    to: first + (index + 1) * HOUR,
    replaces: index % 2 === 0 ? null : 'ana',
  }))
  const one = schedule('UTC', [rotation('ana ben', { starts: '2026-01-05' })], { overrides: many })
  const shifts = shiftsBetween(one, first, first + 10_000 * HOUR)
  expect(shifts.at(-1)?.to).toBe(first + 10_000 * HOUR)
  const together = many.map((each, index) => ({
    ...each,
    from: first,
    personId: `p${index}`,
    replaces: null,
  }))
  const crowd = schedule('UTC', [rotation('ana ben')], { overrides: together })
  expect(whoIsOnCall(crowd, first).people).toHaveLength(10_000)
  expect(shiftsBetween(crowd, first, first + DAY)).toHaveLength(24)
  const chain = many.map((each, index) => ({
    ...each,
    from: first,
    personId: `p${index + 1}`,
    replaces: `p${index}`,
  }))
  const chained = schedule(
    'UTC',
    [rotation('p0', { starts: '2026-01-05', handoff: { time: '00:00' } })],
    { overrides: chain },
  )
  expect(whoIsOnCall(chained, first).people).toHaveLength(1)
})

test('a zone that does not exist is an error, for decoding refuses it long before', () => {
  expect(() => whoIsOnCall(schedule('Europe/Atlantis', [rotation('ana')]), 0)).toThrow(RangeError)
})
