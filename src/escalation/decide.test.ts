import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE } from '../lib/instant.ts'
import { type ClimbState, isLive, wakeAtOf } from './climb.ts'
import { decide, type Effect, type Event, type Facts } from './decide.ts'
import { FALLBACK_EVERY_MS } from './ladder.ts'
import { preview } from './preview.ts'

type Shape = {
  repeat?: number
  timeout?: number | null
  steps?: string[][]
  fallback?: string[]
  deaf?: string[]
}

function facts(now: number, shape: Shape = {}, waitingFor: string[] = []): Facts {
  const {
    repeat = 0,
    timeout = null,
    steps = [['ana'], ['bo']],
    fallback = ['vp'],
    deaf = [],
  } = shape
  const reachable = (id: string) => ({
    personId: id,
    via: 'person',
    canBeReached: !deaf.includes(id),
  })
  return {
    now,
    ladder: {
      id: 'l',
      slug: 'l',
      name: 'l',
      teamId: null,
      repeat,
      acknowledgementTimeoutMs: timeout,
      steps: steps.map(() => ({ targets: [], waitMs: 5 * MINUTE })),
    },
    people: steps.map((step) => step.map(reachable)),
    fallback: fallback.map(reachable),
    waitingFor,
  }
}

const tell = (effect: Effect): string => {
  switch (effect.kind) {
    case 'page':
      return `page ${effect.personId}${effect.isFallback ? ' (fallback)' : ''}`
    case 'passStep':
      return `${effect.reason} at ${effect.step}`
    case 'supersede':
      return 'supersede'
    case 'closePages':
      return `close as ${effect.as}`
    case 'exhausted':
      return effect.nobody ? 'exhausted, nobody left' : 'exhausted'
  }
}

/** Plays events at minutes; gives "+5 woke: page bo -> climbing". */
function story(shape: Shape, ...events: [number, Event, string[]?][]): string[] {
  let state: ClimbState = { status: 'idle' }
  return events.map(([minute, event, waiting]) => {
    const decision = decide(state, event, facts(minute * MINUTE, shape, waiting))
    state = decision.state
    return `+${minute} ${event.kind}: ${decision.effects.map(tell).join(', ') || 'nothing'} -> ${state.status}`
  })
}

const opened: Event = { kind: 'opened' }
const woke: Event = { kind: 'woke' }

test('pages the first step, then the next, then the fallback, then the fallback again', () => {
  expect(story({}, [0, opened], [5, woke], [10, woke], [40, woke])).toEqual([
    '+0 opened: page ana -> climbing',
    '+5 woke: supersede, page bo -> climbing',
    '+10 woke: supersede, exhausted, page vp (fallback) -> exhausted',
    '+40 woke: supersede, exhausted, page vp (fallback) -> exhausted',
  ])
})

test('repeat counts the extra rounds', () => {
  const told = story({ repeat: 1 }, [0, opened], [5, woke], [10, woke], [15, woke], [20, woke])
  expect(told.map((line) => line.replace(/^.*?: /, ''))).toEqual([
    'page ana -> climbing',
    'supersede, page bo -> climbing',
    'supersede, page ana -> climbing',
    'supersede, page bo -> climbing',
    'supersede, exhausted, page vp (fallback) -> exhausted',
  ])
})

test('climbs past a step nobody covers, at once, and says so (I10)', () => {
  expect(story({ steps: [[], ['bo']] }, [0, opened])).toEqual([
    '+0 opened: nobodyOnCall at 0, page bo -> climbing',
  ])
})

test('climbs past people nobody can reach, and says that it is another thing (I11)', () => {
  expect(story({ deaf: ['ana'] }, [0, opened])).toEqual([
    '+0 opened: nobodyReachable at 0, page bo -> climbing',
  ])
})

test('a ladder of empty steps goes to the fallback at once, and does not go round for ever (I17)', () => {
  expect(story({ steps: [[], []], repeat: 20 }, [0, opened])).toEqual([
    '+0 opened: nobodyOnCall at 0, nobodyOnCall at 1, nobodyOnCall at 0, exhausted, page vp (fallback) -> exhausted',
  ])
  expect(story({ steps: [] }, [0, opened])).toEqual([
    '+0 opened: exhausted, page vp (fallback) -> exhausted',
  ])
})

test('without a fallback it says that nobody is left, and keeps looking', () => {
  expect(story({ steps: [], fallback: [] }, [0, opened], [30, woke])).toEqual([
    '+0 opened: exhausted, nobody left -> exhausted',
    '+30 woke: supersede, exhausted, nobody left -> exhausted',
  ])
})

test('a wake-up that comes early changes nothing', () => {
  expect(story({}, [0, opened], [4, woke])[1]).toBe('+4 woke: nothing -> climbing')
})

test('a wake-up that comes late pages one step, and gives it its whole wait (I18)', () => {
  expect(story({}, [0, opened], [600, woke], [604, woke], [605, woke])).toEqual([
    '+0 opened: page ana -> climbing',
    '+600 woke: supersede, page bo -> climbing',
    '+604 woke: nothing -> climbing',
    '+605 woke: supersede, exhausted, page vp (fallback) -> exhausted',
  ])
})

test('an acknowledgement timeout goes on with the same step', () => {
  expect(
    story(
      { timeout: 30 * MINUTE },
      [0, opened],
      [1, { kind: 'acknowledged', by: 'ana' }],
      [30, woke],
      [31, woke],
    ).slice(1),
  ).toEqual([
    '+1 acknowledged: close as acknowledged -> held',
    '+30 woke: nothing -> held',
    '+31 woke: page ana -> climbing',
  ])
})

test('two who acknowledge in the same second: the second changes nothing', () => {
  expect(
    story(
      {},
      [0, opened],
      [1, { kind: 'acknowledged', by: 'ana' }],
      [1, { kind: 'acknowledged', by: 'bo' }],
    )[2],
  ).toBe('+1 acknowledged: nothing -> held')
})

test('"not mine" waits for others of the step, and climbs when nobody is left', () => {
  const two = { steps: [['ana', 'al'], ['bo']] }
  expect(
    story(
      two,
      [0, opened],
      [1, { kind: 'declined', by: 'ana' }, ['al']],
      [2, { kind: 'declined', by: 'al' }, []],
    ).slice(1),
  ).toEqual(['+1 declined: nothing -> climbing', '+2 declined: supersede, page bo -> climbing'])
})

test('a suppression that covers all of it holds a climb, not an acknowledgement; its end pages again', () => {
  expect(
    story(
      {},
      [0, opened],
      [1, { kind: 'suppressed', until: null }],
      [9, { kind: 'unsuppressed' }],
    ).slice(1),
  ).toEqual(['+1 suppressed: close as superseded -> held', '+9 unsuppressed: page ana -> climbing'])
  expect(
    story(
      {},
      [0, opened],
      [1, { kind: 'acknowledged', by: 'ana' }],
      [2, { kind: 'suppressed', until: null }],
      [3, { kind: 'unsuppressed' }],
    ).slice(2),
  ).toEqual(['+2 suppressed: nothing -> held', '+3 unsuppressed: nothing -> held'])
})

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom<Event>(
    opened,
    woke,
    woke,
    woke,
    { kind: 'acknowledged', by: 'ana' },
    { kind: 'released', by: 'ana' },
    { kind: 'escalatedNow', by: null },
    { kind: 'declined', by: 'ana' },
    { kind: 'unreachable', person: 'bo' },
    { kind: 'raised' },
    { kind: 'suppressed', until: null },
    { kind: 'unsuppressed' },
    { kind: 'stopped', reason: 'resolved' },
  ),
  fc
    .integer({ min: 1, max: 200 })
    .map((minute): Event => ({ kind: 'snoozed', by: 'ana', until: minute * MINUTE })),
)
const anyShape = fc.record({
  repeat: fc.integer({ min: 0, max: 3 }),
  timeout: fc.constantFrom(null, 10 * MINUTE),
  steps: fc.array(fc.subarray(['ana', 'bo', 'cy']), { maxLength: 4 }),
  fallback: fc.subarray(['vp', 'wim']),
  deaf: fc.subarray(['ana', 'bo', 'vp']),
})

test('whatever happens in whatever order, a live climb always wakes again or is held by somebody (I2, I4)', () => {
  fc.assert(
    fc.property(
      anyShape,
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), anyEvent), { maxLength: 30 }),
      (shape, events) => {
        let state: ClimbState = { status: 'idle' }
        let now = 0
        state = decide(state, opened, facts(now, shape)).state
        for (const [pause, event] of events) {
          now += pause * MINUTE
          const before: ClimbState = state
          const decision = decide(state, event, facts(now, shape))
          state = decision.state
          // Stopped is for ever, and a stopped climb pages nobody.
          if (before.status === 'stopped') expect([state, decision.effects]).toEqual([before, []])
          if (state !== before && (state.status === 'climbing' || state.status === 'exhausted'))
            expect(state.wakeAt).toBeGreaterThan(now)
          if (
            state.status === 'held' &&
            state.because !== 'acknowledged' &&
            state.because !== 'suppressed'
          )
            expect(state.wakeAt).not.toBeNull()
          expect(state.status).not.toBe('idle')
          // Nobody is paged twice by one decision, and nobody who cannot be reached.
          const paged = decision.effects.flatMap((effect) =>
            effect.kind === 'page' ? [effect.personId] : [],
          )
          expect(new Set(paged).size).toBe(paged.length)
          expect(paged.filter((id) => shape.deaf.includes(id as 'ana'))).toEqual([])
        }
        expect(isLive(state) || state.status === 'stopped').toBe(true)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('the preview is the engine: playing the ladder beat by beat pages the same people at the same instants', () => {
  fc.assert(
    fc.property(anyShape, (shape) => {
      const foreseen = preview({ status: 'idle' }, 0, (at) => facts(at, shape)).filter(
        (one) => one.effect.kind === 'page',
      )
      const played: { at: number; effect: Effect }[] = []
      let state: ClimbState = { status: 'idle' }
      let event: Event = opened
      for (
        let now = 0;
        now <= 6 * FALLBACK_EVERY_MS && state.status !== 'exhausted';
        now += MINUTE
      ) {
        const decision = decide(state, event, facts(now, shape))
        for (const effect of decision.effects)
          if (effect.kind === 'page') played.push({ at: now, effect })
        state = decision.state
        event = woke
      }
      expect(played).toEqual(foreseen)
      expect(wakeAtOf(state)).not.toBeNull()
    }),
    { numRuns: 500 },
  )
})
