import { expect, test } from 'vitest'
import type { Instant } from '../lib/instant.ts'
import { handoffFindings } from './handoff.ts'
import { homes, local } from './load.rig.ts'

const BERLIN = 'Europe/Berlin'
const LOS_ANGELES = 'America/Los_Angeles'

const handoff = (at: Instant, ...people: string[]) => ({ at, people, hasNote: true })

test('ONC-10 Monday 10:00 UTC is the middle of the night in Los Angeles, in winter and in summer', () => {
  const zones: Record<string, string> = { ana: 'Europe/London', ben: LOS_ANGELES }
  const where = { ...homes(BERLIN), zoneOf: (personId: string) => zones[personId]! }
  for (const day of ['2026-11-02', '2026-07-06']) {
    const at = Date.parse(`${day}T10:00:00Z`)
    expect(handoffFindings(handoff(at, 'ana', 'ben'), where)).toEqual([
      { reason: 'outsideHours', personId: 'ben' },
    ])
  }
})

test('the hours contain 09:00 and not 17:00', () => {
  const reasons = ['08:59', '09:00', '16:59', '17:00'].map((time) => {
    const at = local(`2026-11-02 ${time}`, BERLIN)
    return handoffFindings(handoff(at, 'ana'), homes(BERLIN)).map((finding) => finding.reason)
  })
  expect(reasons).toEqual([['outsideHours'], [], [], ['outsideHours']])
})

test('neither on a weekend nor on a holiday', () => {
  const onDay = (date: string) =>
    handoffFindings(
      handoff(local(`${date} 10:00`, BERLIN), 'ana'),
      homes(BERLIN, '2026-12-25'),
    ).map((finding) => finding.reason)
  expect(onDay('2026-11-07')).toEqual(['notABusinessDay'])
  expect(onDay('2026-12-25')).toEqual(['notABusinessDay'])
})

test('a hand-off needs a note, also where nobody is on either side', () => {
  const at = local('2026-11-02 10:00', BERLIN)
  expect(handoffFindings({ at, people: [], hasNote: false }, homes(BERLIN))).toEqual([
    { reason: 'noNote' },
  ])
  expect(handoffFindings(handoff(at), homes(BERLIN))).toEqual([])
})
