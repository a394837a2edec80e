import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../lib/instant.ts'
import { local } from './load.rig.ts'
import { type Rest, restAfter } from './rest.ts'

const BERLIN = 'Europe/Berlin'

const rests = (from: string, to: string, severity: number, zone = BERLIN): Rest[] =>
  restAfter(
    [{ personId: 'ana', from: local(from, zone), to: local(to, zone), severity }],
    () => zone,
  )

const reasons = (from: string, to: string, severity = 3, zone = BERLIN) =>
  rests(from, to, severity, zone).flatMap((rest) => rest.reasons)

test('more than four hours of a SEV1 ask for twelve hours of rest from its end', () => {
  const to = local('2026-11-04 14:01', BERLIN)
  expect(rests('2026-11-04 10:00', '2026-11-04 14:01', 1)).toEqual([
    { personId: 'ana', from: to, until: to + 12 * HOUR, reasons: ['longSev1'] },
  ])
})

test('four hours of a SEV1 by day do not, and nor does a whole day of a SEV2', () => {
  expect(rests('2026-11-04 10:00', '2026-11-04 14:00', 1)).toEqual([])
  expect(rests('2026-11-04 08:00', '2026-11-04 20:00', 2)).toEqual([])
})

test('any engagement between 00:00 and 06:00 does, whatever the severity', () => {
  expect(reasons('2026-11-04 05:59', '2026-11-04 06:30')).toEqual(['night'])
  expect(reasons('2026-11-03 23:00', '2026-11-04 00:01')).toEqual(['night'])
  expect(reasons('2026-11-03 22:00', '2026-11-04 07:00')).toEqual(['night'])
  expect(reasons('2026-11-04 06:00', '2026-11-04 07:00')).toEqual([])
  expect(reasons('2026-11-03 23:00', '2026-11-04 00:00')).toEqual([])
})

test('whoever was done in the instant they acknowledged was woken all the same', () => {
  expect(reasons('2026-11-04 03:00', '2026-11-04 03:00')).toEqual(['night'])
  expect(reasons('2026-11-04 12:00', '2026-11-04 12:00')).toEqual([])
})

test('both reasons are given where both hold', () => {
  expect(reasons('2026-11-03 22:00', '2026-11-04 03:00', 1)).toEqual(['longSev1', 'night'])
})

test('the night is that of the person', () => {
  const from = Date.parse('2026-11-04T03:00:00Z')
  const zones: Record<string, string> = { ana: BERLIN, ben: 'Australia/Sydney' }
  const found = restAfter(
    ['ana', 'ben'].map((personId) => ({ personId, from, to: from + HOUR, severity: 2 })),
    (personId) => zones[personId]!,
  )
  expect(found.map((rest) => rest.personId)).toEqual(['ana'])
})

test('on DST nights the night ends at 06:00 on the wall, and four hours are hours that passed', () => {
  const at = (text: string) => Date.parse(text)
  const spring = { from: at('2026-03-29T04:00:00Z'), to: at('2026-03-29T04:30:00Z') }
  expect(restAfter([{ personId: 'ana', ...spring, severity: 3 }], () => BERLIN)).toEqual([])
  const before = { from: spring.from - 1 * MINUTE, to: spring.to }
  expect(restAfter([{ personId: 'ana', ...before, severity: 3 }], () => BERLIN)).toHaveLength(1)
  // 23:00 to 03:30 on the wall: three and a half hours in spring, five and a half in autumn.
  const zone = 'America/New_York'
  expect(reasons('2026-03-07 23:00', '2026-03-08 03:30', 1, zone)).toEqual(['night'])
  expect(reasons('2026-10-31 23:00', '2026-11-01 03:30', 1, zone)).toEqual(['longSev1', 'night'])
  // 22:00 to 02:00: four hours, and half an hour more where that is lived through twice.
  const lordHowe = 'Australia/Lord_Howe'
  expect(reasons('2026-04-04 22:00', '2026-04-05 02:00', 1, lordHowe)).toContain('longSev1')
  expect(reasons('2026-04-11 22:00', '2026-04-12 02:00', 1, lordHowe)).toEqual(['night'])
})

test('whoever is called again while resting rests anew, in one rest', () => {
  const first = { from: local('2026-11-04 02:00', BERLIN), to: local('2026-11-04 03:00', BERLIN) }
  const second = { from: local('2026-11-04 04:00', BERLIN), to: local('2026-11-04 09:00', BERLIN) }
  const found = restAfter(
    [
      { personId: 'ana', ...second, severity: 1 },
      { personId: 'ana', ...first, severity: 3 },
    ],
    () => BERLIN,
  )
  expect(found).toEqual([
    {
      personId: 'ana',
      from: first.to,
      until: second.to + 12 * HOUR,
      reasons: ['night', 'longSev1'],
    },
  ])
})

test('two nights are two rests, and no engagement is none', () => {
  const nights = ['2026-11-04 02:00', '2026-11-05 02:00'].map((text) => {
    const from = local(text, BERLIN)
    return { personId: 'ana', from, to: from + HOUR, severity: 4 }
  })
  expect(restAfter(nights, () => BERLIN)).toHaveLength(2)
  expect(restAfter([], () => BERLIN)).toEqual([])
})
