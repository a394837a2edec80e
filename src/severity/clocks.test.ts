import { describe, expect, test } from 'vitest'
import { type Instant, toIso } from '../lib/instant.ts'
import {
  causeFirings,
  causeTimer,
  dueOf,
  isAnsweredInTime,
  responseDue,
  tellBy,
  updateDue,
} from './clocks.ts'
import { type Hours, type Level, OFFICE_HOURS, type Policy, SEED } from './policy.ts'

const LONDON: Hours = {
  zone: 'Europe/London',
  weekly: (['mon', 'tue', 'wed', 'thu', 'fri'] as const).map((day) => ({
    day,
    open: '09:00',
    close: '17:00',
  })),
  // Those of England and Wales that the examples meet.
  holidays: ['2025-04-18', '2025-04-21', '2025-12-25', '2025-12-26'],
}
const seed: Policy = { ...SEED, hours: LONDON }
const office: Policy = { ...OFFICE_HOURS, hours: LONDON }
const at = (text: string): Instant => Date.parse(text)
/** A time on one day that has no part in the question. */
const on = (time: string): Instant => at(`2026-11-24T${time}Z`)
const respond = (start: string, level: Level, policy = seed): string | null => {
  const due = responseDue(at(start), [{ at: at(start), level }], policy)
  return due === null ? null : toIso(due)
}

describe('the response clock (METHOD 3.3)', () => {
  test('CLK-01 five minutes are met before they are over, and missed when they are', () => {
    const due = responseDue(on('03:00:00'), [{ at: on('03:00:00'), level: 1 }], seed) as Instant
    expect(isAnsweredInTime(on('03:04:59.999'), due)).toBe(true)
    expect(isAnsweredInTime(on('03:05:00'), due)).toBe(false)
  })
  test('CLK-02 SEV3 runs through the weekend, or waits for Monday where hours are those of the office', () => {
    expect(respond('2025-03-08T02:00:00Z', 3)).toBe('2025-03-08T03:00:00.000Z')
    expect(respond('2025-03-08T02:00:00Z', 3, office)).toBe('2025-03-10T10:00:00.000Z')
  })
  test.each([
    ['CLK-03 over Easter', '2025-04-17T15:30:00Z', '2025-04-22T16:00:00.000Z'],
    ['CLK-04 over the change to summer time', '2025-03-28T16:45:00Z', '2025-03-31T16:00:00.000Z'],
    ['CLK-05 over Christmas', '2025-12-24T18:00:00Z', '2025-12-29T17:00:00.000Z'],
    [
      'CLK-07 before opening it is the day after all the same',
      '2025-03-10T08:00:00Z',
      '2025-03-11T17:00:00.000Z',
    ],
  ])('%s SEV4 is due at the close of the next business day', (_what, start, due) => {
    expect(respond(start, 4)).toBe(due)
  })
  test('CLK-06 what is left of an hour of the office runs on on Monday', () => {
    expect(respond('2025-03-28T16:45:00Z', 3, office)).toBe('2025-03-31T08:45:00.000Z')
  })
  test('CLK-11 raising while nobody has answered brings it forward', () => {
    const levels = [
      { at: on('11:00'), level: 3 },
      { at: on('11:20'), level: 1 },
    ] as const
    expect(responseDue(on('11:00'), levels, seed)).toBe(on('11:25'))
  })
  test('raising never extends, and lowering counts from the start', () => {
    const raised = [
      { at: on('11:00'), level: 3 },
      { at: on('11:58'), level: 2 },
    ] as const
    expect(responseDue(on('11:00'), raised, seed)).toBe(on('12:00'))
    const lowered = [
      { at: on('11:00'), level: 1 },
      { at: on('11:02'), level: 3 },
    ] as const
    expect(responseDue(on('11:00'), lowered, seed)).toBe(on('12:00'))
  })
})

describe('the update clock (METHOD 3.3)', () => {
  const due = (
    lastAt: string | null,
    promised: string | null,
    levels: [string, Level][],
    declaredAt = '09:00',
  ) =>
    updateDue(
      {
        audience: 'executives',
        declaredAt: on(declaredAt),
        lastAt: lastAt === null ? null : on(lastAt),
        promised: promised === null ? null : on(promised),
        levels: levels.map(([time, level]) => ({ at: on(time), level })),
      },
      seed,
    )
  test('CLK-08 it counts from the last update, and what was promised binds', () => {
    expect(due('10:00', null, [['09:00', 2]])).toBe(on('10:30'))
    expect(due('10:20', null, [['09:00', 2]])).toBe(on('10:50'))
    expect(due('10:20', '10:35', [['09:00', 2]])).toBe(on('10:35'))
  })
  test('CLK-09 raising brings it forward to the cadence of the new level', () => {
    const levels: [string, Level][] = [
      ['09:00', 3],
      ['11:00', 1],
    ]
    expect(due('10:10', null, levels.slice(0, 1))).toBe(on('12:10'))
    expect(due('10:10', null, levels)).toBe(on('11:15'))
  })
  test('lowering counts the longer time from the last update', () => {
    expect(
      due('10:00', null, [
        ['09:00', 1],
        ['10:05', 3],
      ]),
    ).toBe(on('12:00'))
  })
  test('the first message has a clock of its own: ten minutes at SEV1, fifteen at SEV2', () => {
    expect(due(null, null, [['09:00', 1]])).toBe(on('09:10'))
    expect(due(null, null, [['09:00', 2]])).toBe(on('09:15'))
    expect(due(null, null, [['09:00', 3]])).toBe(on('11:00'))
    expect(
      due(null, null, [
        ['09:00', 3],
        ['09:30', 1],
      ]),
    ).toBe(on('09:40'))
  })
})

describe('who is told, and when', () => {
  const standUp = (from: string): string => toIso(tellBy({ kind: 'standUp' }, at(from), seed))
  test('CLK-10 at the next stand-up, strictly after, and not on a holiday', () => {
    expect(standUp('2025-03-11T09:59:00Z')).toBe('2025-03-11T10:00:00.000Z')
    expect(standUp('2025-03-11T10:00:00Z')).toBe('2025-03-12T10:00:00.000Z')
    expect(standUp('2025-04-17T09:30:00Z')).toBe('2025-04-22T09:00:00.000Z')
  })
  test('CLK-13 once after two business days', () => {
    expect(
      toIso(dueOf({ kind: 'business', ms: 16 * 3_600_000 }, at('2025-04-17T16:00:00Z'), LONDON)),
    ).toBe('2025-04-23T16:00:00.000Z')
  })
})

describe('T2: no cause (METHOD 4.1)', () => {
  const timer = (
    levels: [string, Level][],
    more: { identified?: [string, boolean][]; mitigated?: string } = {},
  ) =>
    causeTimer(
      {
        levels: levels.map(([time, level]) => ({ at: on(time), level })),
        identified: (more.identified ?? []).map(([time, is]) => ({ at: on(time), is })),
        mitigatedAt: more.mitigated ? on(more.mitigated) : null,
      },
      SEED,
    )
  test('TRG-06 it fires every half hour at SEV1 until the cause is known', () => {
    const running = timer([['10:00', 1]])
    if (!running) throw new Error('it does not run')
    expect(causeFirings(running, on('10:29:59')).count).toBe(0)
    expect(causeFirings(running, on('10:30'))).toEqual({ count: 1, nextAt: on('11:00') })
    expect(causeFirings(running, on('11:00')).count).toBe(2)
    expect(timer([['10:00', 1]], { identified: [['11:10', true]] })).toBeNull()
  })
  test('TRG-07 raising starts it anew at the pace of the new level', () => {
    const running = timer([
      ['10:00', 2],
      ['11:20', 1],
    ])
    expect(running && causeFirings(running, on('11:30')).nextAt).toBe(on('11:50'))
  })
  test('TRG-08 what is mitigated may be understood later', () => {
    expect(timer([['10:00', 1]], { mitigated: '10:20' })).toBeNull()
  })
  test('HYP-05 a cause that is withdrawn is looked for again from then on', () => {
    const found: [string, boolean][] = [
      ['14:20', true],
      ['14:40', false],
    ]
    expect(timer([['14:00', 1]], { identified: found })?.since).toBe(on('14:40'))
  })
  test('SEV3 and SEV4 have no such clock', () => {
    expect(timer([['10:00', 3]])).toBeNull()
  })
})
