import { expect, test } from 'vitest'
import { DAY, HOUR } from '../lib/instant.ts'
import { type CoverRequest, decline, remindAt, silent, take, wake, withdraw } from './cover.ts'

const NOW = Date.UTC(2026, 10, 23, 14)
const request: CoverRequest = {
  id: 'cover',
  scheduleId: 'rota',
  teamId: null,
  personId: 'ana',
  fromAt: NOW + DAY,
  toAt: NOW + 2 * DAY,
  reason: 'dentist',
  inReturn: null,
  status: 'open',
  parts: [{ from: NOW + DAY, to: NOW + 2 * DAY }],
  asked: ['ben', 'cy', 'dan'],
  declined: [],
  taken: [],
  remindedAt: null,
  wakeAt: NOW + 12 * HOUR,
  createdAt: NOW,
  endedAt: null,
}

test('the first who takes it has it, and the second is told that it is taken', () => {
  const first = take(request, 'ben', null, NOW)
  if ('refused' in first) return expect.fail(first.refused)
  expect(first.overrides).toEqual([
    { from: NOW + DAY, to: NOW + 2 * DAY, personId: 'ben', replaces: 'ana' },
  ])
  expect(first.request.status).toBe('covered')
  expect(take(first.request, 'cy', null, NOW)).toEqual({ refused: 'covered' })
})

test('a part may be taken, the rest stays open, and two who want the same part do not both get it', () => {
  const part = { from: NOW + DAY, to: NOW + DAY + 4 * HOUR }
  const first = take(request, 'ben', part, NOW)
  if ('refused' in first) return expect.fail(first.refused)
  expect(first.request.parts).toEqual([{ from: NOW + DAY + 4 * HOUR, to: NOW + 2 * DAY }])
  expect(first.request.status).toBe('open')
  expect(take(first.request, 'cy', part, NOW)).toEqual({ refused: 'alreadyTaken' })
  const middle = take(
    first.request,
    'cy',
    { from: NOW + DAY + 2 * HOUR, to: NOW + DAY + 6 * HOUR },
    NOW,
  )
  if ('refused' in middle) return expect.fail(middle.refused)
  expect(middle.overrides).toEqual([
    { from: NOW + DAY + 4 * HOUR, to: NOW + DAY + 6 * HOUR, personId: 'cy', replaces: 'ana' },
  ])
  const rest = take(middle.request, 'dan', null, NOW)
  expect('request' in rest && rest.request.status).toBe('covered')
})

test('a shift that has begun is covered from now on, never for what is past', () => {
  const late = take(request, 'ben', null, NOW + DAY + HOUR)
  expect('overrides' in late && late.overrides[0]?.from).toBe(NOW + DAY + HOUR)
})

test('a swap is taken by the one who was asked, whole, and both stand in for each other', () => {
  const swap = { ...request, asked: ['ben'], inReturn: { from: NOW + 9 * DAY, to: NOW + 10 * DAY } }
  expect(take(swap, 'cy', null, NOW)).toEqual({ refused: 'notAsked' })
  expect(take(swap, 'ben', { from: NOW + DAY, to: NOW + DAY + HOUR }, NOW)).toEqual({
    refused: 'swapIsWhole',
  })
  const done = take(swap, 'ben', null, NOW)
  expect('overrides' in done && done.overrides.map((one) => [one.personId, one.replaces])).toEqual([
    ['ben', 'ana'],
    ['ana', 'ben'],
  ])
})

test('nobody covers themselves, and a part that is too short is no part', () => {
  expect(take(request, 'ana', null, NOW)).toEqual({ refused: 'ownShift' })
  expect(take(request, 'ben', { from: NOW + DAY, to: NOW + DAY + 60_000 }, NOW)).toEqual({
    refused: 'partTooShort',
  })
})

test('those who said nothing are reminded once, halfway but within a day', () => {
  expect(remindAt(request)).toBe(NOW + 12 * HOUR)
  expect(remindAt({ ...request, fromAt: NOW + 30 * DAY })).toBe(NOW + DAY)
  const said = decline(request, 'ben')
  if ('refused' in said) return expect.fail(said.refused)
  expect(silent(said)).toEqual(['cy', 'dan'])
  expect(wake(said, NOW + 11 * HOUR).remind).toEqual([])
  const woke = wake(said, NOW + 12 * HOUR)
  expect(woke.remind).toEqual(['cy', 'dan'])
  expect(wake(woke.request, NOW + 13 * HOUR).remind).toEqual([])
})

test('a request that nobody took ends with its shift; what is withdrawn is over', () => {
  expect(wake(request, NOW + 2 * DAY)).toMatchObject({
    isExpired: true,
    request: { status: 'expired', wakeAt: null },
  })
  const back = withdraw(request, NOW)
  expect('status' in back && back.status).toBe('withdrawn')
  expect(withdraw(back as CoverRequest, NOW)).toEqual({ refused: 'withdrawn' })
})
