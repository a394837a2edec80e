/**
 * The sender: claims attempts, calls providers, writes down what came of it. The only code that
 * speaks to a provider for a page. Calls run side by side and one that hangs holds up no other.
 */
import { Problem } from '../lib/problem.ts'
import type { Channel, Destination, Outcome } from '../notify/channel.ts'
import { compose, type MessageFacts, type Told } from '../notify/message.ts'
import { type Attempt, CALL_MS_MAX } from '../notify/page.ts'
import { type Claim, CLAIM_MAX, type Claimed, claim, contactOf, laneOf } from './claim.ts'
import { reportFailed, reportSent, type Result } from './report.ts'
import type { EngineStore } from './store.ts'
import type { Tools } from './tools.ts'

/** Provider calls under way at once, in one process. */
export const CALLS_MAX = 768
/** Of those, to one provider: the others always have room. */
export const LANE_MAX = 192
/** Calls started before others have their turn. */
const CALLS_AT_ONCE = 8

export type SenderDeps = {
  store: EngineStore
  tools: Tools
  channelOf: (kind: string) => Channel | null
  /** A contact's fields and its channel's settings, with secrets opened. */
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  linkFor: (pageId: string) => string | null
  answersFor?: MessageFacts['answersFor']
  /** "Ben is paged at 14:07 (15:07 for him)", from the engine's own preview; null: nothing is to come. */
  nextFor: (claim: Claim, claimed: Claimed) => string | null
  /** An abort signal that fires after so many milliseconds. */
  timeLimit: (milliseconds: number) => AbortSignal
  onTrouble: (cause: unknown) => void
  onSent?: (attempt: Attempt, outcome: Outcome) => void
}

export type Sender = {
  /** Claims what is due as far as there is room, and starts the calls. Gives how many were looked at. */
  sendDue(): Promise<number>
  /** Resolves when no call is under way and every result is written. */
  idle(): Promise<void>
  calls(): number
}

export function createSender(deps: SenderDeps): Sender {
  const { store, tools } = deps
  const underWay = new Set<Promise<void>>()
  const lanes = new Map<string, number>()
  const roomIn = (lane: string): number => LANE_MAX - (lanes.get(lane) ?? 0)
  const enter = (lane: string): void => void lanes.set(lane, (lanes.get(lane) ?? 0) + 1)
  function leave(lane: string): void {
    const left = (lanes.get(lane) ?? 0) - 1
    if (left > 0) lanes.set(lane, left)
    else lanes.delete(lane)
  }
  const results: Result[] = []
  const unwritten: Result[] = []
  let writing: Promise<void> | null = null

  async function call(claimed: Claim, message: Claimed): Promise<void> {
    const outcome = await deliver(deps, claimed, message)
    for (const attempt of [message.lead, ...message.others]) {
      deps.onSent?.(attempt, outcome)
      results.push({ attempt, outcome })
    }
    writing ??= write()
    await writing
  }

  /**
   * Results that arrive while others are being written are written together next. What cannot be
   * written because the database is away is kept and written by a later round: a result that is
   * forgotten would be sent again.
   */
  async function write(): Promise<void> {
    try {
      while (results.length > 0) {
        const batch = results.splice(0, 500)
        const sent = batch.filter((result) => result.outcome.kind === 'sent')
        const others = batch.filter((result) => result.outcome.kind !== 'sent')
        if (sent.length > 0) await keep(sent, () => reportSent(store, sent))
        for (const result of others) {
          await keep([result], () => reportFailed(store, tools, result))
        }
        if (unwritten.length > 0) return
      }
    } finally {
      results.unshift(...unwritten.splice(0))
      writing = null
    }
  }

  async function keep(batch: readonly Result[], report: () => Promise<void>): Promise<void> {
    try {
      await report()
    } catch (cause) {
      deps.onTrouble(cause)
      if (cause instanceof Problem && cause.code === 'unavailable') unwritten.push(...batch)
    }
  }

  return {
    calls: () => underWay.size,
    async sendDue() {
      if (results.length > 0) {
        writing ??= write()
        await writing
      }
      const room = Math.min(CLAIM_MAX, CALLS_MAX - underWay.size)
      if (room <= 0) return 0
      const claimed = await store.transaction('paging', (tx) => claim(tx, tools, room, roomIn))
      for (const [index, message] of claimed.messages.entries()) {
        // Starting a hundred calls in one go would keep everybody else in this process waiting.
        if (index % CALLS_AT_ONCE === CALLS_AT_ONCE - 1)
          await new Promise((next) => setImmediate(next))
        const lane = laneOf(claimed.directory, message.lead)
        enter(lane)
        const running: Promise<void> = call(claimed, message)
          .catch(deps.onTrouble)
          .finally(() => {
            leave(lane)
            underWay.delete(running)
          })
        underWay.add(running)
      }
      return claimed.looked
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

async function deliver(deps: SenderDeps, claimed: Claim, message: Claimed): Promise<Outcome> {
  const { lead, others } = message
  const contact = contactOf(claimed.directory, lead)
  const channel = deps.channelOf(lead.channel)
  const person = claimed.directory.people.get(lead.personId)
  if (!person || !contact) return { kind: 'gaveUp', reason: 'contactGone' }
  if (contact.disabledReason !== null) return { kind: 'gaveUp', reason: 'contactStopped' }
  if (!channel) return { kind: 'gaveUp', reason: 'channelNotConfigured' }
  const told = tell(claimed, lead)
  if (!told) return { kind: 'gaveUp', reason: 'pageGone' }
  try {
    const outgoing = compose(
      told,
      others.map((other) => tell(claimed, other)).filter((one) => one !== null),
      {
        now: claimed.now,
        timezone: person.timezone,
        linkFor: deps.linkFor,
        answersFor: deps.answersFor,
        next: deps.nextFor(claimed, message),
      },
    )
    const destination = deps.destinationOf(contact.kind, contact.fields)
    return await channel.send(outgoing, destination, deps.timeLimit(CALL_MS_MAX))
  } catch (cause) {
    // A channel that throws has a mistake in it. Whether the provider was reached is not known.
    deps.onTrouble(cause)
    return { kind: 'unknown', reason: 'channelThrew' }
  }
}

function tell(claimed: Claim, attempt: Attempt): Told | null {
  const page = claimed.pages.get(attempt.pageId)
  const group = page && claimed.groups.get(page.groupId)
  if (!page || !group) return null
  const service = page.serviceId === null ? null : claimed.directory.services.get(page.serviceId)
  return { page, attempt, group, serviceName: service?.name ?? null }
}
