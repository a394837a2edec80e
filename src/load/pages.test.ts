import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../lib/instant.ts'
import { homes, local } from './load.rig.ts'
import { interruptions, isOnTarget, isOverloaded, pagesInSevenDays, type Rung } from './pages.ts'

const ZONE = 'Europe/Berlin'
const NOON = local('2026-11-04 12:00', ZONE)
const HOME = homes(ZONE)

const rung = (afterMs: number, part: Partial<Rung> = {}): Rung => ({
  personId: 'ana',
  subjectId: 'disk',
  at: NOON + afterMs,
  channel: 'push',
  urgency: 'high',
  acknowledgedAt: null,
  resolvedAt: null,
  ...part,
})

/** Minutes after noon at which Ana was interrupted. */
const minutes = (rungs: readonly Rung[]): number[] =>
  interruptions(rungs, HOME).map((one) => (one.at - NOON) / MINUTE)

test('ONC-11 three texts and two calls, then escalation: one page for each of the two', () => {
  const sent = ['sms', 'sms', 'sms', 'voice', 'voice'].map((channel, index) =>
    rung(index * 2 * MINUTE, { channel }),
  )
  expect(interruptions([...sent, rung(15 * MINUTE, { personId: 'ben' })], HOME)).toEqual([
    { personId: 'ana', at: NOON, subjectIds: ['disk'], band: 'business' },
    { personId: 'ben', at: NOON + 15 * MINUTE, subjectIds: ['disk'], band: 'business' },
  ])
})

test('ONC-02 five pages in seven days are no alert and six are, and both miss the target', () => {
  expect([5, 6].map(isOverloaded)).toEqual([false, true])
  expect([4, 5, 6].map(isOnTarget)).toEqual([true, false, false])
})

test('ONC-02 seven days contain their start and not their end, and count one person', () => {
  const all = [0, DAY, 7 * DAY - 1, 7 * DAY].map((after) => ({ personId: 'ana', at: NOON + after }))
  expect(pagesInSevenDays(all, 'ana', NOON + 7 * DAY)).toBe(3)
  expect(pagesInSevenDays(all, 'ana', NOON + 7 * DAY + 1)).toBe(3)
  expect(pagesInSevenDays(all, 'ben', NOON + 7 * DAY)).toBe(0)
  expect(pagesInSevenDays([], 'ana', NOON)).toBe(0)
})

test('ONC-04 the band of a page is that of whoever was paged', () => {
  const at = Date.parse('2026-06-10T03:00:00Z')
  const zones: Record<string, string> = {
    ana: 'America/New_York',
    ben: 'Europe/Berlin',
    cleo: 'Australia/Sydney',
  }
  const rungs = Object.keys(zones).map((personId) => rung(0, { personId, at }))
  const found = interruptions(rungs, { ...HOME, zoneOf: (personId) => zones[personId]! })
  expect(found.map((one) => one.band)).toEqual(['sleep', 'sleep', 'business'])
})

test('a group that pages again after it was resolved is a new page', () => {
  const resolvedAt = NOON + 5 * MINUTE
  const before = rung(0, { resolvedAt })
  expect(minutes([before, rung(3 * MINUTE, { resolvedAt }), rung(10 * MINUTE)])).toEqual([0, 10])
  // The resolution of the first page does not make a third of the retry of the second.
  expect(
    minutes([before, rung(10 * MINUTE, { resolvedAt }), rung(12 * MINUTE, { resolvedAt })]),
  ).toEqual([0, 10])
})

test('a retry at the very instant of the resolution still belongs to the page', () => {
  const resolvedAt = NOON + 5 * MINUTE
  expect(minutes([rung(0, { resolvedAt }), rung(5 * MINUTE, { resolvedAt })])).toEqual([0])
})

test('a group that pages again is a new page only more than 60 minutes after the acknowledgement', () => {
  const acknowledgedAt = NOON + 5 * MINUTE
  const again = (afterMs: number) =>
    minutes([rung(0, { acknowledgedAt }), rung(afterMs, { acknowledgedAt })])
  expect(again(65 * MINUTE)).toEqual([0])
  expect(again(66 * MINUTE)).toEqual([0, 66])
})

test('the acknowledgement of an older page does not end a newer one', () => {
  const acknowledgedAt = NOON + 5 * MINUTE
  const rungs = [0, 70, 75, 150].map((after) => rung(after * MINUTE, { acknowledgedAt }))
  expect(minutes(rungs)).toEqual([0, 70])
})

test('whoever acknowledged again is asked 60 minutes after that', () => {
  const rungs = [
    rung(0, { acknowledgedAt: NOON + 5 * MINUTE }),
    rung(45 * MINUTE, { acknowledgedAt: NOON + 50 * MINUTE }),
    rung(100 * MINUTE),
    rung(111 * MINUTE),
  ]
  expect(minutes(rungs)).toEqual([0, 111])
})

test('a page that nobody acknowledges stays one page, however long it is sent', () => {
  expect(minutes([0, 30, 60, 120, 240].map((after) => rung(after * MINUTE)))).toEqual([0])
})

test('what begins within 60 seconds is one interruption, with every group it was for', () => {
  const rungs = [
    rung(61 * SECOND, { subjectId: 'api' }),
    rung(60 * SECOND, { subjectId: 'cpu' }),
    rung(0),
  ]
  expect(interruptions(rungs, HOME)).toEqual([
    { personId: 'ana', at: NOON, subjectIds: ['disk', 'cpu'], band: 'business' },
    { personId: 'ana', at: NOON + 61 * SECOND, subjectIds: ['api'], band: 'business' },
  ])
})

test('a storm with a page every 40 seconds is not one interruption', () => {
  const storm = Array.from({ length: 6 }, (_, index) =>
    rung(index * 40 * SECOND, { subjectId: `group ${index}` }),
  )
  expect(interruptions(storm, HOME).map((one) => one.subjectIds.length)).toEqual([2, 2, 2])
})

test('two people paged at once are two interruptions', () => {
  expect(interruptions([rung(0), rung(0, { personId: 'ben' })], HOME)).toHaveLength(2)
})

test('low urgency interrupts nobody, and does not hide what is loud', () => {
  expect(interruptions([rung(0, { urgency: 'low' })], HOME)).toEqual([])
  expect(minutes([rung(0, { urgency: 'low' }), rung(5 * MINUTE)])).toEqual([5])
})

test('a holiday in the hour lived through twice is still sleep', () => {
  const at = local('2026-11-01 01:30', 'America/New_York') + HOUR
  const found = interruptions([rung(0, { at })], homes('America/New_York', '2026-11-01'))
  expect(found.map((one) => one.band)).toEqual(['sleep'])
})

test('nothing sent, nobody interrupted', () => {
  expect(interruptions([], HOME)).toEqual([])
})
