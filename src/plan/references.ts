/** Whether what the file points at will be there, and whether what it takes away is still used. */
import { groupBy } from '../lib/group-by.ts'
import type { FileForm, ListSection, Section, Whole } from './form.ts'
import { LIST_SECTIONS, NOUN, splitTarget } from './form.ts'
import type { Mistake, Position } from './mistake.ts'
import { didYouMean, quoted, type Reading, type ReferenceKind } from './reading.ts'

const SECTION_OF: Readonly<Record<ReferenceKind, ListSection>> = {
  calendar: 'calendars',
  person: 'people',
  team: 'teams',
  schedule: 'schedules',
  escalation: 'escalations',
  service: 'services',
  metrics: 'metrics',
}

/**
 * References in the file that lead nowhere. It is asked of files with other mistakes too: an entry
 * that is wrong in itself is there all the same, and what points at it is not wrong.
 * @param staying ids of people who stay although the file leaves them out
 */
export function danglingReferences(
  reading: Reading,
  before: Whole,
  staying: ReadonlySet<string>,
): Mistake[] {
  const mistakes: Mistake[] = []
  for (const kind of Object.keys(SECTION_OF) as ReferenceKind[]) {
    const section = SECTION_OF[kind]
    const stored = new Set(before[section].map((one) => one.id))
    const declared = reading.declared.get(section)
    const there = declared ? new Set(declared.keys()) : stored
    if (section === 'people') for (const id of staying) there.add(id)
    for (const { slug, path, at } of reading.references.filter((one) => one.kind === kind)) {
      if (there.has(slug)) continue
      const hint = didYouMean(reading, slug, [...there])
      const noun = kind === 'metrics' ? NOUN.metrics : kind
      const sentence = stored.has(slug)
        ? `the ${noun} ${quoted(slug)} would be removed: \`${section}\` of this file leaves it out`
        : `there is no ${noun} ${quoted(slug)}${hint}`
      mistakes.push({ ...at, path, sentence })
    }
  }
  return mistakes
}

/** What stays and points at something: `by` it is used, in the words of `how`. */
type Use = { kind: ReferenceKind; slug: string; by: { section: Section; id: string }; how: How }
/** `[for one, for several]`, after the names of those who use it. */
type How = readonly [string, string]

const BELONGS: How = ['belongs to it', 'belong to it']

/** Whether a thing stays as it is: the file leaves out its section, or the thing itself although it stays. */
type IsLeftAlone = (section: Section, id?: string) => boolean

/** Everything that the file leaves alone. */
function usesIn(whole: Whole, isLeftAlone: IsLeftAlone): Use[] {
  const uses: Use[] = []
  const use = (
    section: Section,
    id: string,
    kind: ReferenceKind,
    slug: string | null,
    how: How,
  ): void => {
    if (slug !== null) uses.push({ kind, slug, by: { section, id }, how })
  }
  const targets = (section: Section, id: string, all: readonly string[]): void => {
    for (const one of all) {
      const { kind, slug } = splitTarget(one)
      use(
        section,
        id,
        kind,
        slug,
        kind === 'person' ? ['pages them', 'page them'] : ['pages it', 'page it'],
      )
    }
  }
  const of = <Name extends Section>(section: Name, each: (one: ItemOf<Name>) => void): void => {
    const things = whole[section] as unknown as (ItemOf<Name> & { id?: string })[]
    things.filter((one) => isLeftAlone(section, one.id)).forEach(each)
  }
  if (isLeftAlone('organisation'))
    targets('organisation', 'the fallback', whole.organisation.fallback)
  of('people', (person) => {
    use('people', person.id, 'calendar', person.calendar, ['lives by it', 'live by it'])
  })
  if (isLeftAlone('policy'))
    targets(
      'policy',
      'a seat in `policy`',
      Object.values(whole.policy.bind).filter((one) => one !== null),
    )
  if (isLeftAlone('sign_in')) {
    for (const slug of Object.values(whole.sign_in.oidc?.teams ?? {}))
      use('sign_in', 'a group in `sign_in`', 'team', slug, ['leads to it', 'lead to it'])
  }
  of('teams', (team) => {
    use('teams', team.id, 'person', team.lead, ['is led by them', 'are led by them'])
    for (const one of team.members)
      use('teams', team.id, 'person', one, ['has them as a member', 'have them as a member'])
  })
  of('schedules', (schedule) => {
    use('schedules', schedule.id, 'team', schedule.team, BELONGS)
    for (const { handoff } of schedule.rotations)
      use('schedules', schedule.id, 'calendar', handoff.calendar, [
        'hands off by it',
        'hand off by it',
      ])
    const covers = [...schedule.overrides, ...schedule.shadows].map((one) => one.person)
    const replaced = schedule.overrides.map((one) => one.replaces)
    for (const one of [
      ...schedule.rotations.flatMap((rotation) => rotation.people.flat()),
      ...covers,
      ...replaced,
    ]) {
      use('schedules', schedule.id, 'person', one, ['has them on call', 'have them on call'])
    }
  })
  of('escalations', (ladder) => {
    use('escalations', ladder.id, 'team', ladder.team, BELONGS)
    targets(
      'escalations',
      ladder.id,
      ladder.steps.flatMap((step) => step.page),
    )
  })
  of('services', (service) => {
    use('services', service.id, 'team', service.team, BELONGS)
    use('services', service.id, 'escalation', service.escalation, ['pages by it', 'page by it'])
    for (const one of service.depends_on)
      use('services', service.id, 'service', one, ['depends on it', 'depend on it'])
  })
  of('sources', (source) => {
    use('sources', source.id, 'team', source.team, BELONGS)
    use('sources', source.id, 'service', source.service, ['sends to it', 'send to it'])
  })
  of('routes', (route) => {
    use('routes', route.id, 'team', route.team, BELONGS)
    use('routes', route.id, 'service', route.service, ['leads to it', 'lead to it'])
    use('routes', route.id, 'escalation', route.escalation, ['pages by it', 'page by it'])
  })
  of('objectives', (objective) => {
    const { id } = objective
    use('objectives', id, 'service', objective.service, ['is about it', 'are about it'])
    use('objectives', id, 'team', objective.team, BELONGS)
    use('objectives', id, 'metrics', objective.indicator.metrics, ['asks it', 'ask it'])
  })
  return uses
}

type ItemOf<Name extends Section> = Whole[Name] extends readonly (infer Item)[] ? Item : never

export type UseFacts = {
  /** What is under way with a stored thing: `2 climbs are running`. Empty: nothing. */
  underwayOf: (section: ListSection, slug: string) => readonly string[]
}

/** What the file takes away although something that stays needs it, in words. */
export function removedInUse(
  file: FileForm,
  before: Whole,
  after: Whole,
  reading: Reading,
  facts: UseFacts,
): Mistake[] {
  const named = new Map(
    LIST_SECTIONS.map((one) => [one as Section, new Set(file[one]?.map(({ id }) => id))]),
  )
  const isLeftAlone: IsLeftAlone = (section, id) =>
    section === 'organisation'
      ? !file.organisation?.fallback
      : file[section] === null || (id !== undefined && named.get(section)?.has(id) === false)
  const uses = groupBy(usesIn(after, isLeftAlone), (use) => `${use.kind} ${use.slug}`)
  return LIST_SECTIONS.flatMap((section) => {
    if (file[section] === null) return []
    const stay = new Set(after[section].map((one) => one.id))
    const kind = (Object.keys(SECTION_OF) as ReferenceKind[]).find(
      (one) => SECTION_OF[one] === section,
    )
    return before[section].flatMap(({ id }): Mistake[] => {
      if (stay.has(id)) return []
      const own = uses.get(`${kind} ${id}`) ?? []
      const reasons = [...phrases(own), ...facts.underwayOf(section, id)]
      if (reasons.length === 0) return []
      const at: Position = reading.places.get(`${section}:`) ?? { line: 1, column: 1 }
      const sentence = `${NOUN[section]} \`${id}\` cannot be removed: ${reasons.join(', and ')}`
      return [{ ...at, path: section, sentence }]
    })
  })
}

/** `services checkout-api and ledger page by it` */
function phrases(uses: readonly Use[]): string[] {
  const groups = new Map<string, { how: How; noun: string; ids: Set<string> }>()
  for (const { by, how } of uses) {
    const isNamed = !['organisation', 'sign_in', 'policy'].includes(by.section)
    const noun = isNamed ? NOUN[by.section] : ''
    const key = `${noun} ${how[0]}`
    const group = groups.get(key) ?? { how, noun, ids: new Set() }
    group.ids.add(by.id)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ how, noun, ids }) => {
    const names = listed([...ids])
    if (noun === '') return `${names} ${how[0]}`
    return ids.size === 1 ? `${noun} ${names} ${how[0]}` : `${noun}s ${names} ${how[1]}`
  })
}

const NAMES_SHOWN_MAX = 8

/** `a`, `a and b`, `a, b and c`, `a, b and 7 more` */
function listed(names: readonly string[]): string {
  const shown =
    names.length > NAMES_SHOWN_MAX
      ? [...names.slice(0, NAMES_SHOWN_MAX - 1), `${names.length - NAMES_SHOWN_MAX + 1} more`]
      : names
  if (shown.length <= 1) return shown.join('')
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
