/**
 * How a person is reached over time. Their own rules, or humane defaults: with high urgency loud at
 * once, then louder at 1, 3 and 5 minutes; with low urgency once, by the quietest way there is.
 */
import type { Id } from '../lib/id.ts'
import { MINUTE } from '../lib/instant.ts'
import type { Contact, Person } from './person.ts'

type Loudness = 'quiet' | 'push' | 'text' | 'call'
const LOUDNESS: readonly Loudness[] = ['quiet', 'push', 'text', 'call']

export type Planned = { afterMs: number; contactId: Id; slot: number }

export type RuleFacts = {
  /** How loud a kind of contact is; null: nothing can send to it. */
  loudness: (kind: string) => Loudness | null
}

/** The plan of one page. Empty: this person cannot be reached. */
export function planFor(
  person: Pick<Person, 'contacts' | 'rules'>,
  urgency: 'high' | 'low',
  facts: RuleFacts,
): Planned[] {
  const usable = person.contacts.filter(
    (contact) => contact.disabledReason === null && facts.loudness(contact.kind) !== null,
  )
  const own = ownPlan(usable, person.rules?.[urgency] ?? [])
  const items = own.length > 0 ? own : defaultPlan(usable, urgency, facts)
  return items
    .toSorted((a, b) => a.afterMs - b.afterMs)
    .map((item, slot) => ({ afterMs: item.afterMs, contactId: item.contact.id, slot }))
}

type Item = { afterMs: number; contact: Contact }

function ownPlan(
  usable: readonly Contact[],
  rules: readonly { afterMs: number; contact: string }[],
): Item[] {
  return rules.flatMap((rule) => {
    const contact = usable.find((one) => one.slug === rule.contact)
    return contact ? [{ afterMs: rule.afterMs, contact }] : []
  })
}

function defaultPlan(
  usable: readonly Contact[],
  urgency: 'high' | 'low',
  facts: RuleFacts,
): Item[] {
  const rank = (contact: Contact): number =>
    LOUDNESS.indexOf(facts.loudness(contact.kind) ?? 'quiet')
  const byLoudness = usable.toSorted((a, b) => rank(a) - rank(b))
  const quietest = byLoudness[0]
  const loudest = byLoudness.at(-1)
  if (!quietest || !loudest) return []
  if (urgency === 'low') return [{ afterMs: 0, contact: quietest }]
  const is = (loudness: Loudness) =>
    usable.filter((contact) => facts.loudness(contact.kind) === loudness)
  const pushes = is('push')
  const atOnce = pushes.length > 0 ? pushes : [loudest]
  const at = (afterMs: number, contacts: readonly Contact[]): Item[] =>
    (contacts.length > 0 ? contacts : [loudest]).map((contact) => ({ afterMs, contact }))
  return [
    ...at(0, atOnce),
    ...at(MINUTE, is('call')),
    ...at(3 * MINUTE, is('text')),
    ...at(5 * MINUTE, is('quiet')),
  ]
}

export type RuleFinding = { rule: 'unknownContact' | 'highIsQuiet' | 'noContact'; detail: string }

/** What is wrong with a person's contacts and rules, each found before it costs a page. */
export function lintRules(person: Person, facts: RuleFacts): RuleFinding[] {
  const findings: RuleFinding[] = []
  const slugs = new Set(person.contacts.map((contact) => contact.slug))
  for (const rule of [...(person.rules?.high ?? []), ...(person.rules?.low ?? [])]) {
    if (!slugs.has(rule.contact)) findings.push({ rule: 'unknownContact', detail: rule.contact })
  }
  const plan = planFor(person, 'high', facts)
  const loud = plan.map((item) => person.contacts.find((contact) => contact.id === item.contactId))
  if (plan.length === 0) findings.push({ rule: 'noContact', detail: person.slug })
  else if (loud.every((contact) => contact && facts.loudness(contact.kind) === 'quiet')) {
    findings.push({ rule: 'highIsQuiet', detail: person.slug })
  }
  return findings
}
