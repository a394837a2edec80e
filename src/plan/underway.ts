/** What is under way, and what it has to say against a change. */
import type { Id } from '../lib/id.ts'
import { type ChannelDescription, isSetUp } from '../notify/channel.ts'
import type { PlannedChange } from './changes.ts'
import type { Finding } from './finding.ts'
import type { ListSection, Whole } from './form.ts'
import type { Mistake } from './mistake.ts'
import type { Reading } from './reading.ts'
import type { Underway } from './store.ts'
import type { Stored } from './stored.ts'

/** Ids of live rows by section and slug: `services ledger`. */
export type LiveIds = ReadonlyMap<string, Id>

export const liveIds = (stored: Stored): LiveIds =>
  new Map(
    stored.identities
      .filter((one) => one.isLive)
      .map((one) => [`${one.section} ${one.slug}`, one.id]),
  )

/** People who can sign in and were not made by a file: a file never locks them out. */
export function peopleWhoStay({ identities, underway }: Stored): Set<string> {
  const stay = identities.filter(
    (one) =>
      one.section === 'people' &&
      one.isLive &&
      one.managedBy === null &&
      underway.accounts.has(one.id),
  )
  return new Set(stay.map((one) => one.slug))
}

/** `2 climbs are running`; empty where nothing is. */
export function underwayWords(
  stored: Stored,
  live: LiveIds,
): (section: ListSection, slug: string) => readonly string[] {
  const count = (what: keyof Omit<Underway, 'accounts'>, id: Id | undefined): number =>
    (id !== undefined && stored.underway[what].get(id)) || 0
  return (section, slug) => {
    const id = live.get(`${section} ${slug}`)
    if (section === 'escalations') {
      return counted(count('climbs', id), 'climb is running', 'climbs are running')
    }
    if (section !== 'people') return []
    return counted(count('pages', id), 'page to them is open', 'pages to them are open')
  }
}

const counted = (count: number, one: string, several: string): string[] =>
  count === 0 ? [] : [count === 1 ? `1 ${one}` : `${count} ${several}`]

/** What is still firing when its service or source goes: a person has to end it by hand. */
export function cutOff(
  changes: readonly PlannedChange[],
  { underway }: Stored,
  live: LiveIds,
  reading: Reading,
): Finding[] {
  return changes.flatMap(({ section, id, action }): Finding[] => {
    if (action !== 'remove' || (section !== 'services' && section !== 'sources')) return []
    const counts = section === 'services' ? underway.groups : underway.alerts
    const [open] = counted(
      counts.get(live.get(`${section} ${id}`) ?? '') ?? 0,
      'alert of it is',
      'alerts of it are',
    )
    if (open === undefined) return []
    return [
      {
        rule: 'goesWhileFiring',
        sentence: `${section === 'services' ? 'service' : 'source'} \`${id}\` goes while ${open} open: from then on only a person can resolve them`,
        position: reading.places.get(`${section}:`) ?? null,
        wayOut: 'resolve them first',
      },
    ]
  })
}

/** Whether something can be sent with the settings of a whole file. */
export const isConfigured = (
  kind: string,
  whole: Pick<Whole, 'channels'>,
  channels: readonly ChannelDescription[],
): boolean => isSetUp(kind, channels, (one) => whole.channels[one])

/**
 * A channel that needs settings cannot lose them while somebody is reached by it. Of a file that
 * names the people too, it is a finding: whether it is accepted must not depend on what was before.
 */
export function channelsInUse(
  before: Whole,
  after: Whole,
  reading: Reading,
  channels: readonly ChannelDescription[],
): Mistake[] {
  return channels.flatMap(({ kind }): Mistake[] => {
    if (!isConfigured(kind, before, channels) || isConfigured(kind, after, channels)) return []
    const users = after.people.filter((person) => person.contacts.some((one) => one.kind === kind))
    const [who] = counted(users.length, 'person has a contact', 'people have contacts')
    if (who === undefined) return []
    const place = reading.places.get('channels:') ?? { line: 1, column: 1 }
    const sentence = `channel \`${kind}\` cannot be removed: ${who} of that kind`
    return [{ ...place, path: 'channels', sentence }]
  })
}
