/**
 * How a person is reached over time.
 *
 * Their own rules where they made any. Otherwise humane defaults (those of incident.io, which
 * nobody has to set up before the first night): with high urgency every push at once, a call after
 * a minute, a text after three, mail after five; whatever of these they do not have, the loudest
 * they do have is tried again instead, so that no delay is spent in silence. With low urgency once,
 * by the quietest way there is: it can wait for the morning.
 *
 * A contact that cannot be used is passed over. Where that leaves nothing of somebody's own rules,
 * the defaults are tried with what is left, rather than nobody being told.
 */
import type { Id } from '../lib/id.ts'
import { MINUTE } from '../lib/instant.ts'
import { type Contact, type ContactFacts, LOUDNESS, type Loudness, whyUnused } from './contact.ts'
import type { Person, Rule } from './person.ts'

/** `slot` counts the entries of one plan: a page is sent at most once for each. */
export type Planned = { afterMs: number; contactId: Id; slot: number }

export type RuleFacts = ContactFacts

type Reached = Pick<Person, 'contacts' | 'rules'>

/** The plan of one page, earliest first. Empty: they cannot be reached, and `whyUnreachable` says why. */
export function planFor(person: Reached, urgency: 'high' | 'low', facts: RuleFacts): Planned[] {
  const usable = person.contacts.filter((contact) => whyUnused(contact, facts) === null)
  const own = ownPlan(usable, person.rules?.[urgency] ?? [])
  const items = own.length > 0 ? own : defaultPlan(usable, urgency, facts)
  return items
    .toSorted((a, b) => a.afterMs - b.afterMs)
    .map((item, slot) => ({ afterMs: item.afterMs, contactId: item.contact.id, slot }))
}

/** Null where they can be reached, with either urgency. */
export function whyUnreachable(
  person: Reached,
  facts: RuleFacts,
): 'noContact' | 'allDisabled' | 'nothingSends' | null {
  if (person.contacts.length === 0) return 'noContact'
  const reasons = person.contacts.map((contact) => whyUnused(contact, facts))
  if (reasons.includes(null)) return null
  return reasons.includes('nothingSends') ? 'nothingSends' : 'allDisabled'
}

type Item = { afterMs: number; contact: Contact }

const ownPlan = (usable: readonly Contact[], rules: readonly Rule[]): Item[] =>
  rules.flatMap(({ afterMs, contact: slug }) => {
    const contact = usable.find((one) => one.slug === slug)
    return contact ? [{ afterMs, contact }] : []
  })

function defaultPlan(
  usable: readonly Contact[],
  urgency: 'high' | 'low',
  facts: RuleFacts,
): Item[] {
  const rank = ({ kind }: Contact): number => LOUDNESS.indexOf(facts.loudness(kind) ?? 'quiet')
  const byLoudness = usable.toSorted((a, b) => rank(a) - rank(b))
  const quietest = byLoudness[0]
  // Of several as loud as each other, the one that stands first is the one they think of first.
  const loudest = usable.find((one) => rank(one) === rank(byLoudness.at(-1) ?? one))
  if (!quietest || !loudest) return []
  if (urgency === 'low') return [{ afterMs: 0, contact: quietest }]
  const at = (afterMs: number, loudness: Loudness): Item[] => {
    const contacts = usable.filter((contact) => facts.loudness(contact.kind) === loudness)
    return (contacts.length > 0 ? contacts : [loudest]).map((contact) => ({ afterMs, contact }))
  }
  return [
    ...at(0, 'push'),
    ...at(MINUTE, 'call'),
    ...at(3 * MINUTE, 'text'),
    ...at(5 * MINUTE, 'quiet'),
  ]
}

/** `contact` is the slug that it is about; null where it is about the person as a whole. */
export type RuleFinding = {
  rule: 'unknownContact' | 'unusedContact' | 'highIsQuiet' | 'unreachable'
  urgency: 'high' | 'low' | null
  contact: string | null
  sentence: string
}

/** What is wrong with a person's contacts and rules, each found before it costs a page. */
export function lintRules(
  person: Pick<Person, 'name' | 'contacts' | 'rules'>,
  facts: RuleFacts,
): RuleFinding[] {
  const findings = (['high', 'low'] as const).flatMap((urgency) => {
    const slugs = new Set((person.rules?.[urgency] ?? []).map((rule) => rule.contact))
    return [...slugs].flatMap((slug) => findingsOfRule(person, slug, urgency, facts))
  })
  const unreachable = whyUnreachable(person, facts)
  if (unreachable !== null) {
    const sentence = `${person.name} ${UNREACHABLE[unreachable]}: a page to them is passed over`
    return [...findings, { rule: 'unreachable', urgency: null, contact: null, sentence }]
  }
  const contacts = new Map(person.contacts.map((contact) => [contact.id, contact]))
  const isQuiet = planFor(person, 'high', facts).every(
    ({ contactId }) => facts.loudness(contacts.get(contactId)?.kind ?? '') === 'quiet',
  )
  if (!isQuiet) return findings
  const sentence = `a page of high urgency reaches ${person.name} only by ways that wake nobody`
  return [...findings, { rule: 'highIsQuiet', urgency: 'high', contact: null, sentence }]
}

const UNREACHABLE = {
  noContact: 'has no contact',
  allDisabled: 'has only contacts that were switched off',
  nothingSends: 'has only contacts that nothing is set up to send to',
}

function findingsOfRule(
  person: Pick<Person, 'name' | 'contacts'>,
  slug: string,
  urgency: 'high' | 'low',
  facts: RuleFacts,
): RuleFinding[] {
  const found = (rule: RuleFinding['rule'], sentence: string): RuleFinding[] => [
    { rule, urgency, contact: slug, sentence },
  ]
  const contact = person.contacts.find((one) => one.slug === slug)
  const whose = `the ${urgency} rules of ${person.name} use \`${slug}\``
  if (!contact) return found('unknownContact', `${whose}, and they have no such contact`)
  switch (whyUnused(contact, facts)) {
    case 'disabled':
      return found('unusedContact', `${whose}, which was switched off: ${contact.disabledReason}`)
    case 'nothingSends':
      return found(
        'unusedContact',
        `${whose}, and nothing is set up to send to \`${contact.kind}\``,
      )
    case null:
      return []
  }
}
