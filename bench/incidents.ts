/**
 * What incidents cost: one decision, a backtest, and clocks of many that live at once.
 * `npx tsx bench/incidents.ts --live 500 --past 10000`
 */
import { backtest, type Past } from '../src/foresee/backtest.ts'
import { BLANK, type Incident } from '../src/incidents/incident.ts'
import { decide } from '../src/incidents/decide.ts'
import { type Beat, rehearse } from '../src/incidents/rehearse.ts'
import type { Event } from '../src/incidents/event.ts'
import { MINUTE } from '../src/lib/instant.ts'
import { UNANSWERED } from '../src/severity/classify.ts'
import { SEED } from '../src/severity/policy.ts'
import { startServer } from '../test/rigs/database.ts'
import { makeWorld, TEAM } from '../test/rigs/world.ts'

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const LIVE = option('live', 500)
const PAST = option('past', 10_000)
const BEATS = option('beats', 30)
const ROUNDS = 50_000
const START = Date.UTC(2026, 8, 1, 9, 0)

const say = (name: string, text: string): void =>
  void process.stdout.write(`${name.padEnd(58)} ${text}\n`)
const quiet = { lastFiringAt: null, isBurning: null }
const beat = (minutes: number, event: Event, at: number): Beat => ({
  at: at + minutes * MINUTE,
  by: 'ana',
  event,
  recovery: quiet,
})
const opening = (at: number, number: number): Incident => ({
  ...BLANK,
  id: `i${number}`,
  number,
  title: 'Checkout fails',
  summary: 'Checkout fails',
  kind: 'normal',
  teamId: null,
  visibility: 'everyone',
  serviceIds: ['shop'],
  policyId: 'p',
  answers: UNANSWERED,
  openedAt: at,
  wakeAt: null,
  drillId: null,
})
const course = (at: number): Beat[] => [
  beat(0, { kind: 'declared', level: 2, summary: 'Checkout fails' }, at),
  beat(1, { kind: 'roleTaken', role: 'commander', personId: 'ana' }, at),
  beat(3, { kind: 'acknowledged', at: at + 3 * MINUTE, personId: 'ana' }, at),
  beat(5, { kind: 'hypothesisOpened', id: 'h', statement: 'deploy', ownerId: 'ana' }, at),
  ...[9, 27, 45].flatMap((minute) =>
    (['internal', 'customers'] as const).map((audience) =>
      beat(minute, { kind: 'messagePublished', audience, promised: null, as: 'update' }, at),
    ),
  ),
  beat(30, { kind: 'impactSeen', impact: { percent: 40 }, isTyped: false }, at),
  beat(31, { kind: 'hypothesisDisposed', id: 'h', verdict: 'confirmed' }, at),
  beat(40, { kind: 'moved', to: 'monitoring', reason: null }, at),
  beat(60, { kind: 'checked' }, at),
  beat(61, { kind: 'moved', to: 'resolved', reason: 'quiet' }, at),
]

function decisions(): void {
  const { incident } = rehearse(
    opening(START, 1),
    course(START).slice(0, 9),
    SEED,
    START + 30 * MINUTE,
  )
  const event: Event = { kind: 'impactSeen', impact: { users: 3 }, isTyped: false }
  const facts = { now: START + 31 * MINUTE, policy: SEED, by: 'ana', recovery: quiet }
  const from = process.hrtime.bigint()
  for (let round = 0; round < ROUNDS; round += 1) decide(incident, event, facts)
  const micros = Number(process.hrtime.bigint() - from) / 1_000 / ROUNDS
  say('one decision of an incident', `${micros.toFixed(1)} µs`)
}

function past(): void {
  const all = Array.from({ length: PAST }, (_, index): Past => {
    const at = START + index * 13 * MINUTE
    return {
      opening: opening(at, index + 1),
      beats: course(at),
      policy: SEED,
      endedAt: at + 120 * MINUTE,
    }
  })
  const stricter = {
    ...SEED,
    levels: {
      ...SEED.levels,
      2: { ...SEED.levels[2], update: { kind: 'elapsed' as const, ms: 10 * MINUTE } },
    },
  }
  const from = performance.now()
  const found = backtest(all, stricter)
  say(
    `a backtest of ${PAST} incidents`,
    `${((performance.now() - from) / 1_000).toFixed(2)} s, late ${found.before.late} → ${found.after.late}`,
  )
}

/** Their clocks run and nothing happens: what a second of that costs our process. */
async function living(): Promise<void> {
  const stop = await startServer()
  const world = await makeWorld({ yaml: TEAM })
  try {
    for (let index = 0; index < LIVE; index += 1)
      await world.api('POST', '/api/v1/incidents', { title: `Incident ${index}`, severity: 2 })
    await world.pass(1)
    const before = process.cpuUsage()
    for (let index = 0; index < BEATS; index += 1) await world.pass(1 / 60)
    const used = process.cpuUsage(before)
    const perSecond = (used.user + used.system) / 1_000 / BEATS
    say(
      `${LIVE} live incidents, our CPU for a second of their clocks`,
      `${perSecond.toFixed(1)} ms, ${(perSecond / 10).toFixed(1)} % of a core`,
    )
  } finally {
    await world.end()
    await stop()
  }
}

decisions()
past()
await living()
process.exit(0)
