/** Rotations where the clocks change: the regressions of other pagers, and the zones that are odd. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DAY, HOUR, type Instant, MINUTE, toIso } from '../lib/instant.ts'
import { fromWall } from '../lib/zone.ts'
import { at, names, rotation, schedule, story } from './schedule.rig.ts'
import type { Period, Schedule } from './schedule.ts'
import { shiftsBetween, whoIsOnCall } from './shifts.ts'

const DAILY: Period = { unit: 'day', count: 1 }

/** The instants at which shifts begin. */
const handoffs = (one: Schedule, from: string, to: string): string[] =>
  shiftsBetween(one, at(from, one.timezone), at(to, one.timezone)).map((shift) => toIso(shift.from))

test('a week in Chicago has 169 hours when summer ends and 167 when it begins, without a hole or an overlap (R64)', () => {
  const one = schedule('America/Chicago', [rotation('ana ben', { starts: '2026-01-05' })])
  expect(story(one, '2026-10-19T10:00', '2026-11-09T10:00')).toEqual([
    '168 h ben',
    '169 h ana',
    '168 h ben',
  ])
  expect(story(one, '2026-03-02T10:00', '2026-03-16T10:00')).toEqual(['167 h ana', '168 h ben'])
})

test('a hand-off in the hour lived through twice happens once, in the first of the two (R64)', () => {
  const one = schedule('America/Chicago', [
    rotation('ana ben', { starts: '2026-01-04', handoff: { weekday: 'sun', time: '01:30' } }),
  ])
  expect(handoffs(one, '2026-10-25T01:30', '2026-11-15T01:30')).toEqual([
    '2026-10-25T06:30:00.000Z',
    '2026-11-01T06:30:00.000Z',
    '2026-11-08T07:30:00.000Z',
  ])
  expect(names(one, '2026-11-01T06:29:59Z')).toBe('ana')
  expect(names(one, '2026-11-01T06:30:00Z')).toBe('ben')
  // The same reading of the clock an hour later.
  expect(names(one, '2026-11-01T07:29:59Z')).toBe('ben')
  expect(names(one, '2026-11-01T07:30:00Z')).toBe('ben')
})

test('a hand-off at a time that does not exist happens right after the gap', () => {
  const one = schedule('America/New_York', [
    rotation('ana ben', { every: DAILY, starts: '2026-03-01', handoff: { time: '02:30' } }),
  ])
  expect(handoffs(one, '2026-03-07T02:30', '2026-03-10T02:30')).toEqual([
    '2026-03-07T07:30:00.000Z',
    '2026-03-08T07:00:00.000Z',
    '2026-03-09T06:30:00.000Z',
  ])
})

test('a window of the day stays at its hours when the clocks change (R65)', () => {
  const nights = rotation('cy', {
    id: 'nights',
    only: [{ days: ['fri', 'sat', 'sun'], from: '22:00', to: '06:00' }],
    starts: '2026-01-05',
  })
  const one = schedule('America/New_York', [rotation('ana', { starts: '2026-01-05' }), nights])
  expect(names(one, '2026-10-30T21:59')).toBe('ana')
  expect(names(one, '2026-10-30T22:00')).toBe('cy')
  expect(names(one, '2026-11-01T05:59')).toBe('cy')
  expect(names(one, '2026-11-01T06:00')).toBe('ana')
  expect(names(one, '2026-11-01T21:59')).toBe('ana')
  expect(names(one, '2026-11-01T22:00')).toBe('cy')
  // The night has nine hours in autumn and seven in spring.
  expect(story(one, '2026-10-31T22:00', '2026-11-01T06:00')).toEqual(['9 h cy'])
  expect(story(one, '2026-03-07T22:00', '2026-03-08T06:00')).toEqual(['7 h cy'])
})

test('the calendar is that of the schedule, not of the world or the one who looks (R68)', () => {
  const every: Period = { unit: 'month', count: 1 }
  const one = schedule('Pacific/Auckland', [
    rotation('nov dec', {
      every,
      starts: '2026-11-01',
      handoff: { date: 1, time: '00:00' },
      only: [{ days: ['tue'], from: '00:00', to: '24:00' }],
    }),
  ])
  // It is Tuesday and December there while it is Monday and November in UTC.
  expect(names(one, '2026-11-30T10:59:59Z')).toBe('nobody')
  expect(names(one, '2026-11-30T11:00:00Z')).toBe('dec')
  expect(names(one, '2026-12-01T10:59:59Z')).toBe('dec')
  expect(names(one, '2026-12-01T11:00:00Z')).toBe('nobody')
})

test('a daily rotation in Paris has exactly one person at a time, all year (R67)', () => {
  const one = schedule('Europe/Paris', [
    rotation('ana ben', { every: DAILY, starts: '2025-12-01', handoff: { time: '09:00' } }),
  ])
  const shifts = shiftsBetween(
    one,
    at('2026-01-01T09:00', one.timezone),
    at('2027-01-01T09:00', one.timezone),
  )
  expect(shifts).toHaveLength(365)
  shifts.forEach((shift, index) => {
    expect(shift.people.map((person) => person.personId)).toEqual([index % 2 === 0 ? 'ben' : 'ana'])
  })
  const lengths = shifts.map((shift) => (shift.to - shift.from) / HOUR)
  expect(lengths.filter((length) => length !== 24).sort()).toEqual([23, 25])
})

test('a 12-hour rotation changes at eight and eight, in summer and in winter (R74)', () => {
  const one = schedule('Europe/Berlin', [
    rotation('day night', {
      every: { unit: 'hour', count: 12 },
      starts: '2026-01-05',
      handoff: { time: '08:00' },
    }),
  ])
  expect(story(one, '2026-03-28T08:00', '2026-03-29T20:00')).toEqual([
    '12 h day',
    '11 h night',
    '12 h day',
  ])
  expect(story(one, '2026-10-24T08:00', '2026-10-25T20:00')).toEqual([
    '12 h day',
    '13 h night',
    '12 h day',
  ])
  for (let day = 0; day < 365; day += 1) {
    const noon = fromWall(Date.UTC(2026, 0, 6, 12) + day * DAY, one.timezone)
    expect(whoIsOnCall(one, noon).people[0]?.personId).toBe('day')
    const why = whoIsOnCall(one, noon).people[0]?.why
    expect(why?.from).toBe(fromWall(Date.UTC(2026, 0, 6, 8) + day * DAY, one.timezone))
    expect(why?.to).toBe(fromWall(Date.UTC(2026, 0, 6, 20) + day * DAY, one.timezone))
  }
})

test('an hourly rotation keeps to the clock on the wall (R74)', () => {
  const one = schedule('America/Chicago', [
    rotation('a b c d e', {
      every: { unit: 'hour', count: 1 },
      starts: '2020-01-01',
      handoff: { time: '00:00' },
    }),
  ])
  expect(
    story(one, '2020-11-01T00:00', '2020-11-01T04:00').map((line) => line.slice(0, 3)),
  ).toEqual(['1 h', '2 h', '1 h', '1 h'])
  expect(handoffs(one, '2020-03-08T01:00', '2020-03-08T05:00')).toEqual([
    '2020-03-08T07:00:00.000Z',
    '2020-03-08T08:00:00.000Z',
    '2020-03-08T09:00:00.000Z',
  ])
})

test('Lord Howe moves its clocks by half an hour, and the rotation with it', () => {
  const one = schedule('Australia/Lord_Howe', [
    rotation('ana ben', { every: DAILY, starts: '2026-01-01', handoff: { time: '02:15' } }),
  ])
  // 02:15 does not exist on 4 October: 02:00 is followed by 02:30.
  expect(handoffs(one, '2026-10-03T02:15', '2026-10-06T02:15')).toEqual([
    '2026-10-02T15:45:00.000Z',
    '2026-10-03T15:30:00.000Z',
    '2026-10-04T15:15:00.000Z',
  ])
  expect(
    story(one, '2026-04-04T02:15', '2026-04-06T02:15').map((line) => line.split(' ')[0]),
  ).toEqual(['24.5', '24'])
  const twice = schedule('Australia/Lord_Howe', [
    rotation('ana ben', { every: DAILY, starts: '2026-01-01', handoff: { time: '01:45' } }),
  ])
  expect(handoffs(twice, '2026-04-05T01:45', '2026-04-06T01:45')).toEqual([
    '2026-04-04T14:45:00.000Z',
  ])
})

test('Apia had no 30 December 2011: the turn of that day is nobody’s time, and no hour is left uncovered', () => {
  const one = schedule('Pacific/Apia', [
    rotation('thu fri sat sun', { every: DAILY, starts: '2011-12-29', handoff: { time: '00:00' } }),
  ])
  expect(story(one, '2011-12-29T00:00', '2012-01-02T00:00')).toEqual([
    '24 h thu',
    '24 h sat',
    '24 h sun',
  ])
  expect(names(one, '2011-12-30T09:59:59Z')).toBe('thu')
  expect(names(one, '2011-12-30T10:00:00Z')).toBe('sat')
  const week = schedule('Pacific/Apia', [rotation('ana ben', { starts: '2011-12-26' })])
  expect(story(week, '2011-12-26T10:00', '2012-01-09T10:00')).toEqual(['144 h ana', '168 h ben'])
})

test('Santiago has no midnight when summer begins: the hand-off is at one', () => {
  const one = schedule('America/Santiago', [
    rotation('ana ben', { every: DAILY, starts: '2026-09-01', handoff: { time: '00:00' } }),
  ])
  expect(handoffs(one, '2026-09-05T00:00', '2026-09-07T00:00')).toEqual([
    '2026-09-05T04:00:00.000Z',
    '2026-09-06T04:00:00.000Z',
  ])
  expect(story(one, '2026-09-05T00:00', '2026-09-08T00:00')).toEqual([
    '24 h ana',
    '23 h ben',
    '24 h ana',
  ])
  // In autumn the day ends with an hour that comes again: midnight is only after both.
  const autumn = schedule('America/Santiago', [
    rotation('ana ben', { every: DAILY, starts: '2026-04-01', handoff: { time: '00:00' } }),
  ])
  expect(story(autumn, '2026-04-04T00:00', '2026-04-06T00:00')).toEqual(['25 h ben', '24 h ana'])
})

test('Kolkata, Kathmandu and Kiritimati keep their odd offsets, and every week has 168 hours', () => {
  for (const [zone, first] of [
    ['Asia/Kolkata', '2026-11-02T04:30:00.000Z'],
    ['Asia/Kathmandu', '2026-11-02T04:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-01T20:00:00.000Z'],
  ] as const) {
    const one = schedule(zone, [rotation('ana ben')])
    expect(handoffs(one, '2026-11-02T10:00', '2026-11-03T10:00')).toEqual([first])
    const lengths = story(one, '2026-11-02T10:00', '2027-11-01T10:00').map(
      (line) => line.split(' ')[0],
    )
    expect(new Set(lengths)).toEqual(new Set(['168']))
  }
})

test('Dublin, whose winter is the exception in law, has weeks of 169 and 167 hours like its neighbours', () => {
  const one = schedule('Europe/Dublin', [rotation('ana ben', { starts: '2026-01-05' })])
  expect(story(one, '2026-10-19T10:00', '2026-11-02T10:00')).toEqual(['169 h ben', '168 h ana'])
  expect(story(one, '2026-03-23T10:00', '2026-04-06T10:00')).toEqual(['167 h ben', '168 h ana'])
})

test('Troll moves its clocks by two hours', () => {
  const one = schedule('Antarctica/Troll', [rotation('ana ben', { starts: '2026-01-05' })])
  expect(story(one, '2026-10-19T10:00', '2026-11-02T10:00')).toEqual(['170 h ben', '168 h ana'])
  expect(story(one, '2026-03-23T10:00', '2026-04-06T10:00')).toEqual(['166 h ben', '168 h ana'])
})

test('Casablanca goes back for the month of Ramadan and forward after it', () => {
  const one = schedule('Africa/Casablanca', [rotation('ana ben', { starts: '2026-01-05' })])
  const lengths = story(one, '2026-02-09T10:00', '2026-03-30T10:00').map(
    (line) => line.split(' ')[0],
  )
  expect(lengths).toEqual(['169', '168', '168', '168', '168', '167', '168'])
})

test('the zone of the machine that asks changes nothing', () => {
  const before = process.env.TZ
  const one = schedule('Europe/Lisbon', [
    rotation('ana ben', { every: { unit: 'month', count: 1 }, starts: '2026-01-31' }),
    rotation('cy', { only: [{ days: ['sun'], from: '00:30', to: '02:30' }], starts: '2026-01-05' }),
  ])
  const seen = new Set<string>()
  try {
    for (const zone of [
      'UTC',
      'America/St_Johns',
      'Pacific/Apia',
      'Asia/Kolkata',
      'Europe/Lisbon',
      'Pacific/Kiritimati',
    ]) {
      process.env.TZ = zone
      seen.add(JSON.stringify(shiftsBetween(one, Date.UTC(2026, 1, 1), Date.UTC(2027, 1, 1))))
    }
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
  expect(seen.size).toBe(1)
})

type Vectors = {
  brute_force: {
    time_zone: string
    type: 'hourly' | 'daily' | 'weekly' | 'monthly'
    shift_length: number
    rotation_start_local: string
    walk_from_local: string
    walk_to_local: string
    expected_handoffs: string[]
  }[]
  end_time: {
    time_zone: string
    type: 'hourly' | 'daily' | 'weekly' | 'monthly'
    shift_length: number
    rotation_start_local: string
    at_local: string
    expected_end_local: string
  }[]
}
type RuleVectors = {
  cases: {
    rule: { start: string; end: string; days: string[] }
    time_zone: string
    checks: { at: string; active: boolean }[]
  }[]
}

/** Values of GoAlert's own tests (github.com/target/goalert, Apache-2.0), written down as data. */
const vectors = <Data>(file: string): Data =>
  JSON.parse(readFileSync(new URL(`vectors/${file}`, import.meta.url), 'utf8')) as Data

const UNIT = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month' } as const

/** GoAlert's rotations have always been running: ours begin enough whole turns earlier. */
function asVector(vector: Vectors['end_time'][number] | Vectors['brute_force'][number]): Schedule {
  const [date = '', time = ''] = vector.rotation_start_local.split('T')
  const starts = new Date(`${date}T00:00Z`)
  if (vector.type === 'monthly') starts.setUTCMonth(starts.getUTCMonth() - vector.shift_length)
  else starts.setUTCDate(starts.getUTCDate() - 7 * vector.shift_length)
  const every = { unit: UNIT[vector.type], count: vector.shift_length }
  const handoff = { weekday: null, time: time.slice(0, 5) }
  return schedule(vector.time_zone, [
    rotation('a b c', { every, handoff, starts: starts.toISOString().slice(0, 10) }),
  ])
}

test('hands off when GoAlert does, walked in steps of 30 seconds', () => {
  const { brute_force } = vectors<Vectors>('goalert-rotation-handoffs.json')
  let handedOff = 0
  for (const vector of brute_force) {
    const one = asVector(vector)
    const seen = new Set<Instant>()
    const to = at(vector.walk_to_local, vector.time_zone)
    for (let now = at(vector.walk_from_local, vector.time_zone); now <= to; now += MINUTE / 2) {
      const why = whoIsOnCall(one, now).people[0]?.why
      if (why) seen.add(why.from).add(why.to)
    }
    expect([...seen].map(toIso), `${vector.time_zone} ${vector.type}`).toEqual(
      vector.expected_handoffs.map((text) => toIso(at(text))),
    )
    handedOff += seen.size
  }
  expect(handedOff).toBe(44)
})

test('ends shifts when GoAlert does', () => {
  const { end_time } = vectors<Vectors>('goalert-rotation-handoffs.json')
  expect(end_time).toHaveLength(8)
  for (const vector of end_time) {
    const { until } = whoIsOnCall(asVector(vector), at(vector.at_local, vector.time_zone))
    expect(toIso(until)).toBe(toIso(at(vector.expected_end_local, vector.time_zone)))
  }
})

test('is within its windows when GoAlert’s rules are active', () => {
  const { cases } = vectors<RuleVectors>('goalert-rule-active.json')
  let checked = 0
  for (const { rule, time_zone, checks } of cases) {
    const days = rule.days.map((day) => day.toLowerCase() as 'mon')
    const one = schedule(time_zone, [
      rotation('ana', { starts: '2017-01-02', only: [{ days, from: rule.start, to: rule.end }] }),
    ])
    for (const check of checks) {
      expect(names(one, check.at), check.at).toBe(check.active ? 'ana' : 'nobody')
      checked += 1
    }
  }
  expect(checked).toBe(26)
})
