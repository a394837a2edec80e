/**
 * The escalation rule, as an incident commander would say it:
 *
 * Page the first step. Whoever does not answer within its wait has not answered: page the next.
 * A step that nobody covers, or whose people cannot be reached, is passed at once and that is
 * said aloud. After the last step go round again as often as the ladder says, then page the
 * fallback, and keep paging it: an alert that fires is never left to nobody. An acknowledgement
 * holds the climb where it stands; letting go of it pages the same step again. An answer counts
 * whenever it comes, also after everybody was tried.
 *
 * Waits count from the instant of the decision, so that after an outage of ours people get their
 * minutes and the ladder is not run through in one second.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { ClimbState, HeldBecause } from './climb.ts'
import { FALLBACK_EVERY_MS, type Ladder } from './ladder.ts'

export type Event =
  | { kind: 'opened' }
  | { kind: 'woke' }
  | { kind: 'acknowledged'; by: Id | null }
  | { kind: 'released'; by: Id | null }
  | { kind: 'snoozed'; by: Id; until: Instant }
  | { kind: 'escalatedNow'; by: Id | null }
  | { kind: 'declined'; by: Id }
  | { kind: 'unreachable'; person: Id }
  | { kind: 'raised' }
  | { kind: 'suppressed'; until: Instant | null }
  | { kind: 'unsuppressed' }
  | { kind: 'stopped'; reason: string }

/** One person a step leads to at this instant, and why it is them. */
export type Reachable = { personId: Id; via: string; canBeReached: boolean }

export type Facts = {
  now: Instant
  ladder: Ladder
  /** Who each step leads to at `now`, in the order of `ladder.steps`. */
  people: readonly (readonly Reachable[])[]
  /** `organisation.fallback` at `now`. */
  fallback: readonly Reachable[]
  /** People of the current step whose page is still unanswered, the one the event is about excepted. */
  waitingFor: readonly Id[]
}

export type Effect =
  | { kind: 'page'; personId: Id; via: string; step: number; round: number; isFallback: boolean }
  | { kind: 'passStep'; step: number; round: number; reason: 'nobodyOnCall' | 'nobodyReachable' }
  | { kind: 'supersede'; reason: string }
  | { kind: 'closePages'; as: 'acknowledged' | 'resolved' | 'superseded'; reason: string }
  | { kind: 'exhausted'; times: number; nobody: boolean }

export type Decision = { state: ClimbState; effects: readonly Effect[] }

/**
 * What happens next to one climb. Total: every event has an answer in every state, and one that
 * no longer matters leaves the state as it was, because two people do press "acknowledge" in the
 * same second.
 */
export function decide(state: ClimbState, event: Event, facts: Facts): Decision {
  switch (event.kind) {
    case 'opened':
      return state.status === 'idle' ? climb(0, 0, facts) : stay(state)
    case 'woke':
      return woke(state, facts)
    case 'acknowledged':
      return acknowledge(state, event.by, facts)
    case 'snoozed':
      if (state.status === 'stopped' || event.until <= facts.now) return stay(state)
      return hold(state, 'snoozed', event.by, event.until)
    case 'released':
      return state.status === 'held' && state.because !== 'suppressed'
        ? resume(state, facts)
        : stay(state)
    case 'escalatedNow':
      return escalateNow(state, facts)
    case 'declined':
    case 'unreachable':
      // Others of the same step may still answer; only when nobody is left does waiting end.
      if (state.status !== 'climbing' || facts.waitingFor.length > 0) return stay(state)
      return advance(state, facts)
    case 'raised':
      // What somebody took or put off while it was harmless is not what it has become.
      return state.status === 'held' && state.because !== 'suppressed'
        ? resume(state, facts)
        : stay(state)
    case 'suppressed':
      if (state.status !== 'climbing' && state.status !== 'exhausted') return stay(state)
      return hold(state, 'suppressed', null, event.until)
    case 'unsuppressed':
      return state.status === 'held' && state.because === 'suppressed'
        ? resume(state, facts)
        : stay(state)
    case 'stopped':
      return state.status === 'stopped' ? stay(state) : stop(event.reason)
  }
}

const stay = (state: ClimbState): Decision => ({ state, effects: [] })

function woke(state: ClimbState, facts: Facts): Decision {
  // A wake-up that comes early is a late repeat of an older one: the row has already moved on.
  if (!('wakeAt' in state) || state.wakeAt === null || facts.now < state.wakeAt) return stay(state)
  switch (state.status) {
    case 'climbing':
      return advance(state, facts)
    case 'exhausted':
      return exhaust(state.times + 1, facts, [])
    case 'held':
      return resume(state, facts)
  }
}

function acknowledge(state: ClimbState, by: Id | null, facts: Facts): Decision {
  if (state.status === 'stopped') return stay(state)
  if (state.status === 'held' && state.because === 'acknowledged') return stay(state)
  const timeout = facts.ladder.acknowledgementTimeoutMs
  return hold(state, 'acknowledged', by, timeout === null ? null : facts.now + timeout)
}

/** Climbing: the next step, now. Held: the one who has it wants the next one to come as well. */
function escalateNow(state: ClimbState, facts: Facts): Decision {
  switch (state.status) {
    case 'climbing':
    case 'held':
      return advance(state, facts)
    case 'exhausted':
      return exhaust(state.times + 1, facts, [])
    default:
      return stay(state)
  }
}

function hold(
  state: ClimbState,
  because: HeldBecause,
  by: Id | null,
  wakeAt: Instant | null,
): Decision {
  const at = 'step' in state ? state : { step: 0, round: 0 }
  const as = because === 'acknowledged' ? 'acknowledged' : 'superseded'
  return {
    state: { status: 'held', because, by, step: at.step, round: at.round, wakeAt },
    effects: [{ kind: 'closePages', as, reason: because }],
  }
}

const resume = (state: { step: number; round: number }, facts: Facts): Decision =>
  climb(state.step, state.round, facts)

const stop = (reason: string): Decision => ({
  state: { status: 'stopped', reason },
  effects: [{ kind: 'closePages', as: reason === 'resolved' ? 'resolved' : 'superseded', reason }],
})

function advance(state: { step: number; round: number }, facts: Facts): Decision {
  const decision = climb(state.step + 1, state.round, facts)
  return {
    state: decision.state,
    effects: [{ kind: 'supersede', reason: 'climbMovedOn' }, ...decision.effects],
  }
}

/** Pages the first step from here on that somebody covers. Looks at each step at most once. */
function climb(fromStep: number, fromRound: number, facts: Facts): Decision {
  const { ladder } = facts
  const effects: Effect[] = []
  let step = fromStep
  let round = fromRound
  for (let looked = 0; looked <= ladder.steps.length; looked += 1) {
    if (step >= ladder.steps.length) {
      step = 0
      round += 1
    }
    const wait = ladder.steps[step]?.waitMs
    if (round > ladder.repeat || wait === undefined) return exhaust(1, facts, effects)
    const people = facts.people[step] ?? []
    const reachable = people.filter((person) => person.canBeReached)
    if (reachable.length > 0) {
      for (const { personId, via } of reachable) {
        effects.push({ kind: 'page', personId, via, step, round, isFallback: false })
      }
      return { state: { status: 'climbing', step, round, wakeAt: facts.now + wait }, effects }
    }
    const reason = people.length === 0 ? 'nobodyOnCall' : 'nobodyReachable'
    effects.push({ kind: 'passStep', step, round, reason })
    step += 1
  }
  return exhaust(1, facts, effects)
}

function exhaust(times: number, facts: Facts, before: readonly Effect[]): Decision {
  const reachable = facts.fallback.filter((person) => person.canBeReached)
  const pages: Effect[] = reachable.map(({ personId, via }) => ({
    kind: 'page',
    personId,
    via,
    step: facts.ladder.steps.length,
    round: times - 1,
    isFallback: true,
  }))
  return {
    state: { status: 'exhausted', wakeAt: facts.now + FALLBACK_EVERY_MS, times },
    effects: [
      ...before,
      ...(times > 1 ? [{ kind: 'supersede', reason: 'pagedAgain' } as const] : []),
      { kind: 'exhausted', times, nobody: reachable.length === 0 },
      ...pages,
    ],
  }
}
