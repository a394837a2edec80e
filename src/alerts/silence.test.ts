import { describe, expect, test } from 'vitest'
import { DAY, HOUR, type Instant, toIso } from '../lib/instant.ts'
import { checkWindow, mutesFrom, mutesUntil, type Silence } from './silence.ts'

const at = (text: string): Instant => Date.parse(text)
const silence = (more: Partial<Silence> = {}): Silence => ({
  id: 's',
  matchers: [{ name: 'job', op: '=', value: 'backup' }],
  teamId: null,
  ownerId: null,
  reason: 'the nightly backup',
  startsAt: at('2026-10-01T00:00:00Z'),
  endsAt: at('2026-12-20T00:00:00Z'),
  endedAt: null,
  recurs: { days: ['sat', 'sun'], from: '22:00', to: '06:00', zone: 'Europe/Berlin' },
  ...more,
})
const iso = (instant: Instant | null): string | null => (instant === null ? null : toIso(instant))

describe('a silence that recurs', () => {
  test.each([
    ['in the window', '2026-11-21T21:30:00Z', '2026-11-22T05:00:00.000Z'],
    [
      'over midnight it belongs to the day it began on',
      '2026-11-23T04:59:00Z',
      '2026-11-23T05:00:00.000Z',
    ],
    ['on another day', '2026-11-24T22:30:00Z', null],
    ['before the window', '2026-11-21T20:59:00Z', null],
    ['the night that has an hour more', '2026-10-24T20:30:00Z', '2026-10-25T05:00:00.000Z'],
    ['after its end', '2026-12-20T02:00:00Z', null],
  ])('%s', (_what, now, until) => {
    expect(iso(mutesUntil(silence(), at(now)))).toBe(until)
  })

  test('says when it mutes next, and nothing where it mutes now or never again', () => {
    expect(iso(mutesFrom(silence(), at('2026-11-24T12:00:00Z')))).toBe('2026-11-28T21:00:00.000Z')
    expect(mutesFrom(silence(), at('2026-11-21T21:30:00Z'))).toBeNull()
    expect(mutesFrom(silence(), at('2026-12-17T12:00:00Z'))).toBe(at('2026-12-19T21:00:00Z'))
    expect(mutesFrom(silence({ endedAt: 1 }), at('2026-11-24T12:00:00Z'))).toBeNull()
  })

  test('never mutes longer than it lasts', () => {
    const ends = at('2026-11-22T01:00:00Z')
    expect(mutesUntil(silence({ endsAt: ends }), at('2026-11-21T22:00:00Z'))).toBe(ends)
  })

  test('ends after 90 days at the latest, another one after 7', () => {
    const { recurs } = silence()
    const asked = { startsAt: 0, reason: 'why' }
    expect(() => checkWindow({ ...asked, endsAt: 91 * DAY, recurs }, 0)).toThrow(/90 days/)
    expect(() => checkWindow({ ...asked, endsAt: 90 * DAY, recurs }, 0)).not.toThrow()
    expect(() => checkWindow({ ...asked, endsAt: 7 * DAY + HOUR, recurs: null }, 0)).toThrow(
      /7 days/,
    )
  })
})
