/**
 * Who carries texts and calls. A person has a number and knows no vendor; whatever carriers are set
 * up share the work, and one that fails is passed over (`carriers.ts` has the order).
 */
import type { ChannelDescription, Field, Outcome, Outgoing, Values } from './channel.ts'

export type Medium = 'sms' | 'call'

export type CarrierDescription = {
  kind: string
  label: string
  media: readonly Medium[]
  /** What it needs from the network, shown by `doctor`. */
  needs: ChannelDescription['needs']
  /** Fields set once for the organisation (`channels:` in the file). */
  settings: readonly Field[]
  /** Fields of the settings that may hold a number which people will see calling. */
  numbers: readonly string[]
}

/** One way to carry. `send` never throws for what a provider does: it gives an outcome. */
export type Carrier = {
  describe: CarrierDescription
  /** @param number E.164 */
  send(
    medium: Medium,
    message: Outgoing,
    number: string,
    settings: Values,
    signal: AbortSignal,
  ): Promise<Outcome>
}

/** E.164: what a person types is checked when it is saved, and once more before it is dialled. */
export const NUMBER = /^\+[1-9]\d{5,14}$/

/** Why the number itself will not work, by whichever carrier. Everything else lies with the carrier. */
const OF_THE_NUMBER: ReadonlySet<string> = new Set(['invalidNumber', 'stopped', 'blockedCountry'])

const isOfTheNumber = (outcome: Outcome): boolean =>
  outcome.kind === 'gaveUp' && OF_THE_NUMBER.has(outcome.reason)

/** Whether another carrier may be asked at once: this one certainly has not got the message. */
export const mayPassOn = (outcome: Outcome): boolean =>
  outcome.kind === 'tryAgain' || (outcome.kind === 'gaveUp' && !isOfTheNumber(outcome))

/** The numbers an instance calls from, of these settings; each once. */
export function numbersOf(
  carriers: readonly CarrierDescription[],
  settingsOf: (kind: string) => Values | undefined,
): string[] {
  const found = carriers.flatMap(({ kind, numbers }) =>
    numbers.map((name) => settingsOf(kind)?.[name]),
  )
  return [...new Set(found)].filter(
    (value): value is string => typeof value === 'string' && NUMBER.test(value),
  )
}
