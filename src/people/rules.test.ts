import { expect, test } from 'vitest'
import type { Loudness as ChannelLoudness } from '../notify/channel.ts'
import { type Contact, LOUDNESS, type Loudness, whyUnused } from './contact.ts'
import type { Rules } from './person.ts'
import { lintRules, planFor, type RuleFacts, whyUnreachable } from './rules.ts'

const MINUTE = 60_000

const facts: RuleFacts = {
  loudness: (kind) =>
    (
      ({
        email: 'quiet',
        webhook: 'push',
        ntfy: 'push',
        chat: 'push',
        sms: 'text',
        voice: 'call',
      }) as Record<string, Loudness>
    )[kind] ?? null,
}

const contact = (slug: string, kind: string, more: Partial<Contact> = {}): Contact => ({
  id: `id-${slug}`,
  slug,
  kind,
  fields: {},
  verifiedAt: null,
  isOwn: false,
  disabledReason: null,
  ...more,
})

const HOOK = contact('hook', 'webhook')
const PUSH = contact('push', 'ntfy')
const MAIL = contact('mail', 'email')
const TEXT = contact('text', 'sms')
const CALL = contact('call', 'voice')
const DEAD = contact('dead', 'voice', { disabledReason: 'the number is not in service' })
const FAX = contact('fax', 'fax')

const person = (contacts: readonly Contact[], rules: Partial<Rules> | null = null) => ({
  name: 'Maria',
  contacts,
  rules: rules && { high: [], low: [], ...rules },
})

/** `0 hook, 1 call`: minutes after the page, and over what. */
const plan = (
  contacts: readonly Contact[],
  urgency: 'high' | 'low',
  rules: Partial<Rules> | null = null,
): string =>
  planFor(person(contacts, rules), urgency, facts)
    .map((item) => `${item.afterMs / MINUTE} ${item.contactId.slice(3)}`)
    .join(', ')

test('has the same words for loudness as the channels', () => {
  const same: ChannelLoudness extends Loudness
    ? Loudness extends ChannelLoudness
      ? true
      : false
    : false = true
  expect(same).toBe(true)
  expect(LOUDNESS).toEqual(['quiet', 'push', 'text', 'call'])
})

// Defaults ----------------------------------------------------------------------------------

test('high urgency: every push at once, a call after a minute, a text after three, mail after five', () => {
  expect(plan([MAIL, HOOK, TEXT, CALL, PUSH], 'high')).toBe(
    '0 hook, 0 push, 1 call, 3 text, 5 mail',
  )
})

test('one contact alone is tried at once and after one, three and five minutes', () => {
  for (const only of [HOOK, CALL, TEXT, MAIL]) {
    expect(plan([only], 'high')).toBe(
      `0 ${only.slug}, 1 ${only.slug}, 3 ${only.slug}, 5 ${only.slug}`,
    )
  }
})

test('where a kind is missing the loudest there is rings again', () => {
  expect(plan([HOOK, MAIL], 'high')).toBe('0 hook, 1 hook, 3 hook, 5 mail')
  expect(plan([MAIL, CALL], 'high')).toBe('0 call, 1 call, 3 call, 5 mail')
  expect(plan([TEXT, HOOK], 'high')).toBe('0 hook, 1 text, 3 text, 5 text')
})

test('of several as loud as each other, the first one they named rings again', () => {
  expect(plan([PUSH, HOOK], 'high')).toBe('0 push, 0 hook, 1 push, 3 push, 5 push')
})

test('several of a kind are all used at their minute', () => {
  const second = contact('second', 'voice')
  expect(plan([CALL, second, HOOK], 'high')).toBe('0 hook, 1 call, 1 second, 3 call, 5 call')
})

test('low urgency is told once, by the quietest way', () => {
  expect(plan([CALL, TEXT, HOOK, MAIL], 'low')).toBe('0 mail')
  expect(plan([CALL, TEXT, HOOK], 'low')).toBe('0 hook')
  expect(plan([CALL, TEXT], 'low')).toBe('0 text')
  expect(plan([CALL], 'low')).toBe('0 call')
})

test('slots count up from nought in the order of time', () => {
  const slots = planFor(person([MAIL, HOOK, CALL]), 'high', facts).map((item) => item.slot)
  expect(slots).toEqual([0, 1, 2, 3])
})

// Own rules ---------------------------------------------------------------------------------

const after = (minutes: number, slug: string) => ({ afterMs: minutes * MINUTE, contact: slug })

test('their own rules are followed to the letter, in the order of time', () => {
  const rules = { high: [after(3, 'mail'), after(0, 'hook'), after(1, 'push'), after(9, 'hook')] }
  expect(plan([HOOK, PUSH, MAIL, CALL], 'high', rules)).toBe('0 hook, 1 push, 3 mail, 9 hook')
})

test('rules for one urgency leave the defaults of the other', () => {
  expect(plan([HOOK, MAIL], 'low', { high: [after(0, 'hook')] })).toBe('0 mail')
  expect(plan([HOOK, MAIL], 'high', { low: [after(0, 'hook')] })).toBe(
    '0 hook, 1 hook, 3 hook, 5 mail',
  )
  expect(plan([HOOK, MAIL], 'low', { low: [after(0, 'hook')] })).toBe('0 hook')
})

test('what cannot be used is passed over, in rules and in defaults', () => {
  expect(plan([DEAD, FAX, HOOK, MAIL], 'high')).toBe('0 hook, 1 hook, 3 hook, 5 mail')
  const rules = { high: [after(0, 'dead'), after(1, 'fax'), after(2, 'gone'), after(4, 'mail')] }
  expect(plan([DEAD, FAX, HOOK, MAIL], 'high', rules)).toBe('4 mail')
})

test('where none of their rules can be used, what is left is tried rather than nobody told', () => {
  expect(plan([DEAD, HOOK], 'high', { high: [after(0, 'dead')] })).toBe(
    '0 hook, 1 hook, 3 hook, 5 hook',
  )
})

// Unreachable -------------------------------------------------------------------------------

test('an empty plan means that they cannot be reached, and there is a reason', () => {
  for (const [contacts, reason] of [
    [[], 'noContact'],
    [[DEAD], 'allDisabled'],
    [[FAX], 'nothingSends'],
    [[DEAD, FAX], 'nothingSends'],
  ] as const) {
    expect(whyUnreachable(person(contacts), facts)).toBe(reason)
    for (const urgency of ['high', 'low'] as const) expect(plan(contacts, urgency)).toBe('')
  }
  expect(whyUnreachable(person([DEAD, FAX, MAIL]), facts)).toBe(null)
})

test('there is a plan exactly where there is no such reason, whatever the rules are', () => {
  const all = [HOOK, MAIL, CALL, DEAD, FAX]
  for (let chosen = 0; chosen < 2 ** all.length; chosen += 1) {
    const contacts = all.filter((_, index) => (chosen >> index) % 2 === 1)
    for (const rules of [null, { high: [after(0, 'hook')], low: [after(0, 'dead')] }]) {
      const isReached = whyUnreachable(person(contacts, rules), facts) === null
      for (const urgency of ['high', 'low'] as const) {
        expect(plan(contacts, urgency, rules) !== '').toBe(isReached)
      }
    }
  }
})

test('a contact that is switched off says so before anything else', () => {
  expect(whyUnused(DEAD, facts)).toBe('disabled')
  expect(whyUnused({ ...FAX, disabledReason: 'asked to stop' }, facts)).toBe('disabled')
  expect(whyUnused(FAX, facts)).toBe('nothingSends')
  expect(whyUnused(MAIL, facts)).toBe(null)
})

// Findings ----------------------------------------------------------------------------------

test('finds nothing in contacts and rules that work', () => {
  expect(lintRules(person([HOOK, MAIL]), facts)).toEqual([])
  const rules = { high: [after(0, 'hook'), after(3, 'mail')], low: [after(0, 'mail')] }
  expect(lintRules(person([HOOK, MAIL], rules), facts)).toEqual([])
})

test('finds a rule that points at a contact they do not have, once for each urgency', () => {
  const rules = {
    high: [after(0, 'hook'), after(1, 'gone'), after(2, 'gone')],
    low: [after(0, 'gone')],
  }
  expect(lintRules(person([HOOK], rules), facts)).toEqual([
    {
      rule: 'unknownContact',
      urgency: 'high',
      contact: 'gone',
      sentence: 'the high rules of Maria use `gone`, and they have no such contact',
    },
    {
      rule: 'unknownContact',
      urgency: 'low',
      contact: 'gone',
      sentence: 'the low rules of Maria use `gone`, and they have no such contact',
    },
  ])
})

test('finds rules over contacts that are switched off, or that nothing sends to', () => {
  const rules = { high: [after(0, 'hook'), after(1, 'dead'), after(2, 'fax')] }
  expect(lintRules(person([HOOK, DEAD, FAX], rules), facts).map((one) => one.sentence)).toEqual([
    'the high rules of Maria use `dead`, which was switched off: the number is not in service',
    'the high rules of Maria use `fax`, and nothing is set up to send to `fax`',
  ])
})

test('finds that high urgency would wake nobody', () => {
  const quiet = { rule: 'highIsQuiet', urgency: 'high', contact: null }
  expect(lintRules(person([MAIL]), facts)).toMatchObject([quiet])
  expect(lintRules(person([MAIL, HOOK], { high: [after(0, 'mail')] }), facts)).toMatchObject([
    quiet,
  ])
  expect(lintRules(person([MAIL, HOOK], { low: [after(0, 'mail')] }), facts)).toEqual([])
})

test('finds that they cannot be reached at all, and says why', () => {
  expect(lintRules(person([]), facts)).toEqual([
    {
      rule: 'unreachable',
      urgency: null,
      contact: null,
      sentence: 'Maria has no contact: a page to them is passed over',
    },
  ])
  expect(lintRules(person([DEAD]), facts)[0]?.sentence).toBe(
    'Maria has only contacts that were switched off: a page to them is passed over',
  )
  expect(lintRules(person([FAX]), facts)[0]?.sentence).toBe(
    'Maria has only contacts that nothing is set up to send to: a page to them is passed over',
  )
})
