/**
 * What every source has to do, asked of each in the same words. A new source brings a few requests
 * of its real clients and calls this.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Received, SourceKind, SourceRoute, Verdict } from '../alerts/source.ts'
import { parseJson } from '../lib/json.ts'
import { LABEL_VALUE_MAX, LABELS_MAX } from './labels.ts'

export type SourceSamples = {
  kind: SourceKind
  /** The route that carries alerts. */
  route: SourceRoute
  /** As real clients send them. */
  trigger: Record<string, unknown>
  resolve: Record<string, unknown>
  /** Where the key stands in a request. */
  request: { headers: Record<string, string>; path: Record<string, string> }
  key: string
  /** 2xx, and what answers an unknown key and shedding. */
  answers: { accepted: number; unknownKey: number; shed: number }
}

const NOW = { now: 1_795_000_000_000 }

export function sourceConformance(name: string, samples: SourceSamples): void {
  const { route, trigger, resolve } = samples
  const receive = (body: unknown): Received => route.receive(body, NOW)

  test(`${name}: a trigger and its resolve carry the same key`, () => {
    const [fired] = receive(trigger).signals
    const [ended] = receive(resolve).signals
    expect([fired?.action, ended?.action]).toEqual(['trigger', 'resolve'])
    expect(fired?.dedupKey).toBe(ended?.dedupKey)
    expect(fired?.dedupKey.length).toBeGreaterThan(0)
    expect(fired?.title.length).toBeGreaterThan(0)
  })

  test(`${name}: the same request twice is the same signal`, () => {
    expect(receive(structuredClone(trigger))).toEqual(receive(trigger))
  })

  test(`${name}: the key is found where clients put it, and nowhere else`, () => {
    expect(route.key({ body: trigger, ...samples.request })).toBe(samples.key)
    expect(route.key({ body: {}, headers: {}, path: {} })).toBeNull()
  })

  test(`${name}: answers in the vendor's words for whatever happened`, () => {
    const received = receive(trigger)
    const verdicts: [Verdict, number][] = [
      [{ kind: 'accepted', received }, samples.answers.accepted],
      [{ kind: 'unreadable' }, 400],
      [
        { kind: 'invalid', problems: [{ field: 'alerts[3].startsAt', message: 'is no time' }] },
        400,
      ],
      [{ kind: 'tooLarge', bytesMax: 5 }, 413],
      [{ kind: 'unknownKey' }, samples.answers.unknownKey],
      [{ kind: 'shed', retryAfterSeconds: 7 }, samples.answers.shed],
    ]
    for (const [verdict, status] of verdicts) {
      const answer = route.answer(verdict)
      expect([verdict.kind, answer.status]).toEqual([verdict.kind, status])
      if (verdict.kind === 'invalid')
        expect(JSON.stringify(answer.body)).toContain('alerts[3].startsAt')
      if (verdict.kind === 'shed') expect(answer.headers?.['retry-after']).toBe('7')
      expect(JSON.stringify(answer.body)).not.toContain(samples.key)
    }
  })

  test(`${name}: fields nobody knows are tolerated`, () => {
    const [one] = receive({ ...trigger, something_new: { deep: [1, 2, 3] } }).signals
    expect(one).toEqual(receive(trigger).signals[0])
  })

  test(`${name}: whatever stands in the place of any value, it never throws and every refusal names a field`, () => {
    const strange = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        undefined,
        '',
        -1,
        1e308,
        true,
        [],
        {},
        '\ud800',
        '\u0000',
        '2026-11-23T14:00:00',
        '0000',
        'x'.repeat(3_000),
        [[[]]],
        { a: { b: {} } },
      ),
      fc.jsonValue({ maxDepth: 3 }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(trigger, resolve),
        fc.array(fc.tuple(fc.nat(200), strange), { maxLength: 3 }),
        (sample, changes) => {
          const body = structuredClone(sample)
          const places = placesIn(body)
          for (const [index, value] of changes) {
            const place = places[index % places.length]
            if (place) place.holder[place.name] = value
          }
          const received = receive(body)
          for (const problem of received.problems)
            expect(problem.field.length * problem.message.length).toBeGreaterThan(0)
          for (const signal of received.signals) {
            expect(signal.dedupKey.length).toBeGreaterThan(0)
            expect(signal.dedupKey.length).toBeLessThanOrEqual(255)
            expect(Object.keys(signal.labels).length).toBeLessThanOrEqual(LABELS_MAX * 2)
            for (const value of Object.values(signal.labels)) {
              expect(typeof value).toBe('string')
              expect(value.length).toBeLessThanOrEqual(LABEL_VALUE_MAX)
              expect(value.isWellFormed() && !value.includes('\0')).toBe(true)
            }
            for (const link of signal.links) expect(link.href).toMatch(/^https?:\/\//)
          }
        },
      ),
      { numRuns: 1_000 },
    )
    for (const body of [null, 5, 'x', [], [[]], true])
      expect(receive(body).problems.length).toBeGreaterThan(0)
  })

  test(`${name}: what the parser lets through of hostile texts does no harm`, () => {
    const texts = [
      '',
      ' ',
      '{',
      '{"a":1,}',
      '[1,2',
      `${'['.repeat(9_999)}`,
      '{"__proto__":{"x":1}}',
      '{"constructor":1}',
      'NaN',
      '{"a":1e999}',
      '\uFEFF{}',
      '{"a":"\\ud800"}',
    ]
    for (const text of texts) {
      const parsed = parseJson(text)
      if (parsed.ok) receive(parsed.value)
      else expect(parsed.problem.message.length).toBeGreaterThan(0)
    }
    expect(({} as { x?: number }).x).toBeUndefined()
  })
}

/** Every place in a value that something else could stand in. */
function placesIn(value: unknown): { holder: Record<string, unknown>; name: string }[] {
  if (value === null || typeof value !== 'object') return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])])
}
