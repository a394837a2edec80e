import { expect, test } from 'vitest'
import type { Directory } from '../directory/directory.ts'
import { DAY } from '../lib/instant.ts'
import { at, override, rotation, schedule, shadow } from '../oncall/schedule.rig.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Person } from '../people/person.ts'
import { findings } from './health.ts'
import type { HealthFacts } from './health-finding.ts'

const NOW = at('2026-11-23T12:00')

function person(id: string, more: Partial<Person> = {}): Person {
  return {
    id,
    slug: id,
    name: id,
    email: null,
    timezone: 'UTC',
    locale: 'en',
    role: 'responder',
    rules: null,
    contacts: [
      {
        id: `${id}-phone`,
        slug: 'phone',
        kind: 'push',
        fields: {},
        verifiedAt: NOW - DAY,
        disabledReason: null,
      },
    ],
    ...more,
  }
}

/** Everybody named in the schedules is there, reachable, and tested yesterday. */
function told(
  schedules: readonly Schedule[],
  more: { people?: Person[]; steps?: string[][]; facts?: Partial<HealthFacts> } = {},
): string[] {
  const ids = new Set(
    schedules.flatMap((one) => [
      ...one.rotations.flatMap((it) => it.turns.flat()),
      ...one.overrides.map((it) => it.personId),
    ]),
  )
  const people = [
    ...[...ids].filter((id) => !more.people?.some((one) => one.id === id)).map((id) => person(id)),
    ...(more.people ?? []),
  ]
  const directory = {
    people: new Map(people.map((one) => [one.id, one])),
    schedules: new Map(schedules.map((one) => [one.id, one])),
    ladders: new Map(
      more.steps
        ? [
            [
              'ladder',
              {
                id: 'ladder',
                slug: 'ladder',
                steps: more.steps.map((step) => ({
                  waitMs: 300_000,
                  targets: step.map((id) => ({ kind: 'schedule', id })),
                })),
              },
            ],
          ]
        : [],
    ),
  } as unknown as Directory
  return findings(directory, {
    now: NOW,
    rules: { loudness: () => 'push' },
    absences: [],
    testedAt: new Map(people.map((one) => [`${one.id}-phone`, NOW - DAY])),
    holidaysOf: () => new Set(),
    ...more.facts,
  }).map((one) => `${one.rule}: ${one.sentence}`)
}

const rules = (all: readonly string[]): string[] => [
  ...new Set(all.map((one) => one.split(':')[0] ?? '')),
]
const FOUR = 'ana ben cy dan'
const rota = (people = FOUR, part = {}, more = {}): Schedule =>
  schedule('UTC', [rotation(people, part)], { slug: 'rota', id: 'rota', ...more })

test('a rota of four people with everything in order has nothing to say about', () => {
  expect(told([rota()])).toEqual([])
})

test('gap: the first hole is named in the zone of the schedule, and all of them are counted', () => {
  const nights = rota(FOUR, { only: [{ days: ['mon', 'tue'], from: '22:00', to: '06:00' }] })
  const [finding] = told([nights]).filter((one) => one.startsWith('gap'))
  expect(finding).toMatch(/nobody is on call from .* and \d+ more times, \d+ hours in all/)
})

test('nobodyReachable: somebody on call without a contact that works', () => {
  const found = told([rota()], { people: [person('ben', { contacts: [] })] })
  expect(rules(found)).toEqual(['nobodyReachable'])
  expect(found[0]).toContain('ben, on call from')
})

test('singlePerson, and fewPeople below four', () => {
  expect(rules(told([rota('ana')]))).toEqual(['longRun', 'singlePerson'])
  expect(rules(told([rota('ana ben cy')]))).toEqual(['fewPeople'])
})

test('ONC-09: who shadows does not count among the four', () => {
  const looking = shadow('dan', '2026-11-02T00:00', '2026-12-30T00:00')
  const found = told([rota(FOUR, {}, { shadows: [looking] })])
  expect(found.find((one) => one.startsWith('fewPeople'))).toContain('3 people share it')
})

test('ONC-10: a hand-off at 10:00 UTC is at 02:00 in Los Angeles', () => {
  const found = told([rota()], { people: [person('ana', { timezone: 'America/Los_Angeles' })] })
  expect(found).toEqual([
    'handoffHour: ana hands over or takes over at 02:00 where they are (America/Los_Angeles)',
  ])
})

test('a hand-off on a Sunday, or on a holiday of one of them, is found; at 09:00 on a Monday it is not', () => {
  const sunday = rota(FOUR, { handoff: { weekday: 'sun', time: '10:00' } })
  expect(rules(told([sunday]))).toContain('handoffHour')
  expect(told([rota(FOUR, { handoff: { time: '09:00' } })])).toEqual([])
  const holiday = told([rota()], {
    facts: { holidaysOf: (id) => new Set(id === 'ben' ? ['2026-11-30', '2026-12-07'] : []) },
  })
  expect(rules(holiday)).toEqual(['handoffHour'])
})

test('primaryIsSecondary: the same person on two steps that follow each other', () => {
  const second = rota('ana ben cy dan', {}, { id: 'second', slug: 'second' })
  const found = told([rota(), second], { steps: [['rota'], ['second']] })
  expect(found.find((one) => one.startsWith('primaryIsSecondary'))).toContain(
    'steps 1 and 2 lead to the same person',
  )
  const shifted = rota('ben cy dan ana', {}, { id: 'second', slug: 'second' })
  expect(rules(told([rota(), shifted], { steps: [['rota'], ['second']] }))).not.toContain(
    'primaryIsSecondary',
  )
})

test('ONC-01: one layer of four is a quarter and fine, two layers of four people are half', () => {
  expect(rules(told([rota()], { steps: [['rota']] }))).not.toContain('loadShare')
  const second = rota('cy dan ana ben', {}, { id: 'second', slug: 'second' })
  expect(told([rota(), second], { steps: [['rota'], ['second']] }).join('\n')).toContain(
    'each is on call 50 % of the time',
  )
})

test('ONC-05: two weeks running are fine, three are not', () => {
  const eight = 'ana ben cy dan eve fay gil hal'
  const second = rota('ben cy dan eve fay gil hal ana', {}, { id: 'second', slug: 'second' })
  expect(rules(told([rota(eight), second]))).not.toContain('longRun')
  const third = rota('cy dan eve fay gil hal ana ben', {}, { id: 'third', slug: 'third' })
  expect(rules(told([rota(eight), second, third]))).toContain('longRun')
})

test('vacation: somebody who is away has a shift', () => {
  const away = { personId: 'ana', from: NOW, to: NOW + 30 * DAY, note: 'Madeira' }
  const found = told([rota()], { facts: { absences: [away] } })
  expect(found[0]).toMatch(/^vacation: ana is away \(Madeira\) and on call from/)
  expect(
    told([rota()], { facts: { absences: [{ ...away, to: NOW + 60_000, from: NOW }] } }).length,
  ).toBeLessThan(2)
})

test('shadowUnfinished: a first shift before two weeks of looking on', () => {
  const looking = { personId: 'ben', from: NOW, to: NOW + 7 * DAY }
  expect(rules(told([rota(FOUR, {}, { shadows: [looking] })]))).toContain('shadowUnfinished')
  const done = { personId: 'ben', from: NOW - 20 * DAY, to: NOW - 2 * DAY }
  expect(told([rota(FOUR, {}, { shadows: [done] })])).toEqual([])
})

test('unverifiedContact and staleTest: nobody knows whether it rings', () => {
  const [contact] = person('ana').contacts
  const ana = person('ana', {
    contacts: [{ ...(contact as NonNullable<typeof contact>), verifiedAt: null }],
  })
  expect(rules(told([rota()], { people: [ana] }))).toEqual(['unverifiedContact'])
  const stale = told([rota()], {
    facts: {
      testedAt: new Map([
        ['ana-phone', NOW - 31 * DAY],
        ['ben-phone', NOW],
        ['cy-phone', NOW],
        ['dan-phone', NOW - 29 * DAY],
      ]),
    },
  })
  expect(stale).toHaveLength(1)
  expect(stale[0]).toMatch(/^staleTest: ana is on call and had the last test page on/)
})

test('ten thousand overrides and hundreds of schedules are looked at without stopping', () => {
  const overrides = Array.from({ length: 10_000 }, (_, index) => ({
    ...override('ben', '2026-11-24T00:00', '2026-11-24T01:00'),
    id: `o${index}`,
    from: NOW + index * 300_000,
    to: NOW + index * 300_000 + 600_000,
  }))
  const many = Array.from({ length: 200 }, (_, index) =>
    rota(FOUR, {}, { id: `s${index}`, slug: `s${index}` }),
  )
  expect(() => told([rota(FOUR, {}, { overrides }), ...many])).not.toThrow()
})
