/**
 * The two ways to reach a telephone, over whatever carriers are set up. A carrier that certainly
 * has not got the message is followed by the next one at once, within the same try; one that may
 * have it is not: the engine's next try begins with another carrier.
 */
import {
  type Carrier,
  type CarrierDescription,
  mayPassOn,
  type Medium,
  NUMBER,
} from '../../notify/carrier.ts'
import { drawOf, order } from '../../notify/carriers.ts'
import {
  type Channel,
  type Destination,
  isComplete,
  type Outcome,
  type Outgoing,
  textOf,
  type Values,
} from '../../notify/channel.ts'
import { isAllowed, prefixesIn } from './country.ts'
import { describeTelephone } from './describe.ts'
import type { Standings } from './standings.ts'

export function createTelephoneChannel(
  medium: Medium,
  carriers: readonly Carrier[],
  standings: Standings,
): Channel {
  const byKind = new Map(carriers.map((carrier) => [carrier.describe.kind, carrier]))
  return {
    describe: describeTelephone(
      medium,
      carriers.map((one) => one.describe),
    ),
    async send(message, to, signal) {
      const number = textOf(to.contact, 'number')
      if (!NUMBER.test(number)) return { kind: 'gaveUp', reason: 'invalidNumber' }
      if (!isAllowed(number, prefixesIn(to.settings)))
        return { kind: 'gaveUp', reason: 'blockedCountry' }
      const settings = settingsOfCarriers(to)
      const kinds = carriers
        .map((one) => one.describe)
        .filter((one) => one.media.includes(medium) && isReady(one, settings[one.kind]))
        .map((one) => one.kind)
      if (kinds.length === 0) return { kind: 'gaveUp', reason: 'noCarrier' }
      return passOn(inOrder(kinds, message), signal, (kind) =>
        (byKind.get(kind) as Carrier).send(medium, message, number, settings[kind] ?? {}, signal),
      )
    },
  }

  function inOrder(kinds: readonly string[], message: Outgoing): string[] {
    const lead = standings.leads(medium, kinds)
    return order(kinds, {
      measure: standings.of(medium).measure,
      lead,
      lastCarrier: message.again?.carrier ?? null,
      draw: drawOf(message.idempotencyKey),
    })
  }
}

/** Asks one after the other until one has it, may have it, or says that the number is to blame. */
async function passOn(
  kinds: readonly string[],
  signal: AbortSignal,
  send: (kind: string) => Promise<Outcome>,
): Promise<Outcome> {
  const tried: string[] = []
  let best: Outcome | null = null
  for (const carrier of kinds) {
    if (best !== null && signal.aborted) break
    const outcome: Outcome = { ...(await send(carrier)), carrier }
    tried.push(carrier)
    best = mayPassOn(outcome) ? better(best, outcome) : outcome
    if (best === outcome && !mayPassOn(outcome)) break
  }
  if (best === null) return { kind: 'gaveUp', reason: 'noCarrier' }
  const passedOver = tried.filter((kind) => kind !== best?.carrier)
  return passedOver.length === 0 ? best : { ...best, passedOver }
}

/** Of two that did not take it: what may pass beats what will not, and the shorter wait the longer. */
function better(one: Outcome | null, other: Outcome): Outcome {
  if (one === null) return other
  if (one.kind !== 'tryAgain') return other.kind === 'tryAgain' ? other : one
  if (other.kind !== 'tryAgain') return one
  return (other.retryAfterMs ?? 0) < (one.retryAfterMs ?? 0) ? other : one
}

function settingsOfCarriers(to: Destination): Readonly<Record<string, Values | undefined>> {
  const { carriers } = to.settings
  return typeof carriers === 'object' && carriers !== null
    ? (carriers as Record<string, Values | undefined>)
    : {}
}

const isReady = (described: CarrierDescription, settings: Values | undefined): boolean =>
  settings !== undefined && isComplete(described.settings, settings)
