import { DAY } from '../lib/instant.ts'
import type { ChannelDescription } from '../notify/channel.ts'
import type { ContactForm, PersonForm, RuleForm, RulesForm, TeamForm } from './form.ts'
import { channelFields, emailAddress, name, span, zone } from './form-values.ts'
import { list, named, once, oneOf, record, reference, slug, text } from './reader.ts'
import {
  didYouMean,
  note,
  peek,
  placeOf,
  quoted,
  type Reader,
  type Reading,
  shown,
} from './reading.ts'

const PEOPLE_MAX = 5_000
const TEAMS_MAX = 1_000
const CONTACTS_MAX = 20
const RULES_MAX = 20

/** @param channels the channels there are, each with the fields of a contact */
export function peopleReader(channels: readonly ChannelDescription[]): Reader<PersonForm[]> {
  const person = record<PersonForm>('a person', {
    id: { reader: slug, isRequired: true },
    name: { reader: name, isRequired: true },
    email: { reader: once(emailAddress, 'e-mail', (email) => email.toLowerCase()) },
    timezone: { reader: zone, otherwise: 'UTC' },
    locale: { reader: locale, otherwise: 'en' },
    role: { reader: oneOf(['admin', 'responder', 'stakeholder']), otherwise: 'responder' },
    calendar: { reader: reference('calendar') },
    contacts: { reader: named(contact(channels), 'contacts', CONTACTS_MAX), otherwise: [] },
    rules: { reader: rules },
  })
  return named<PersonForm>(
    (reading, node, path) => {
      const read = person(reading, node, path)
      if (read?.rules) checkUses(reading, path, read.rules)
      return read
    },
    'people',
    PEOPLE_MAX,
  )
}

const locale = text({
  max: 20,
  pattern: /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
  is: 'a language such as en or pt-PT',
})

const rule = record<RuleForm>('a rule', {
  after: { reader: span(0, DAY, 'at most 1d'), isRequired: true },
  use: { reader: text({ max: 200 }), isRequired: true },
})

/** Rules that say nothing are as good as none: humane defaults hold. */
const rules: Reader<RulesForm> = (reading, node, path) => {
  const read = record<RulesForm>('`rules`', {
    high: { reader: list(rule, RULES_MAX) },
    low: { reader: list(rule, RULES_MAX) },
  })(reading, node, path)
  if (!read) return undefined
  const high = read.high?.length === 0 ? null : read.high
  const low = read.low?.length === 0 ? null : read.low
  return high === null && low === null ? undefined : { high, low }
}

/** A contact's further keys are the fields that its channel describes. */
function contact(channels: readonly ChannelDescription[]): Reader<ContactForm> {
  const ways = channels.filter((channel) => channel.carries === undefined)
  const kinds = ways.map((channel) => channel.kind)
  const readers = new Map(
    ways.map((channel) => [
      channel.kind,
      record<ContactForm>(`a contact of kind \`${channel.kind}\``, {
        id: { reader: slug, isRequired: true },
        kind: { reader: text(), isRequired: true },
        ...channelFields(channel.contact),
      } as never),
    ]),
  )
  return (reading, node, path) => {
    const kindNode = peek(reading, node, 'kind')
    if (kindNode === undefined)
      return note(reading, node, path, `a contact has to be a mapping, not ${shown(node)}`)
    if (kindNode === null)
      return note(
        reading,
        node,
        `${path}.kind`,
        `a contact needs \`kind\`, one of ${kinds.join(', ')}`,
      )
    const kind = oneOf(kinds)(reading, kindNode, `${path}.kind`)
    return kind === undefined ? undefined : readers.get(kind)?.(reading, node, path)
  }
}

/** A rule may use the person's own contacts only. */
function checkUses(reading: Reading, path: string, read: RulesForm): void {
  const contacts = [...(reading.declared.get(`${path}.contacts`)?.keys() ?? [])]
  for (const urgency of ['high', 'low'] as const) {
    read[urgency]?.forEach((one, index) => {
      if (one === undefined || one.use === null || contacts.includes(one.use)) return
      const at = `${path}.rules.${urgency}[${index}].use`
      const hint =
        didYouMean(reading, one.use, contacts) ||
        (contacts.length > 0 ? `, there are ${contacts.join(', ')}` : '')
      reading.mistakes.push({
        ...(reading.places.get(at) ?? placeOf(reading, null)),
        path: at,
        sentence: `there is no contact ${quoted(one.use)} of this person${hint}`,
      })
    })
  }
}

export const teamsReader: Reader<TeamForm[]> = (reading, node, path) => {
  const read = named(
    record<TeamForm>('a team', {
      id: { reader: slug, isRequired: true },
      name: { reader: name },
      lead: { reader: reference('person') },
      members: { reader: list(reference('person'), 1_000), otherwise: [] },
    }),
    'teams',
    TEAMS_MAX,
  )(reading, node, path)
  return read?.map((team) => ({
    ...team,
    name: team.name ?? team.id,
    members: [...new Set(team.members)].sort(),
  }))
}
