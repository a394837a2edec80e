/**
 * The one way from a file to what would change. A plan shows the draft, an apply writes it: there
 * is no second reckoning that could come out differently.
 */
import { hashOfKey, listSourceKeys } from '../alerts/source-store.ts'
import { type Principal, refusal } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import { listChannelSettings, readDirectory } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import { listCalendars } from '../oncall/holiday-store.ts'
import { listSeats, readPolicy } from '../severity/store.ts'
import { readSignIn } from '../sign-in/store.ts'
import { listMetricsSources, listObjectives } from '../slo/store.ts'
import { changesBetween, type PlannedChange } from './changes.ts'
import type { Environment, PlanDeps } from './deps.ts'
import type { Finding } from './finding.ts'
import { LIST_SECTIONS, type ListSection, type Section, type Whole } from './form.ts'
import { type ReadFile, readFile } from './form-file.ts'
import { lint } from './lint.ts'
import { objectiveFindings } from './lint-objectives.ts'
import { merge } from './merge.ts'
import { FileRefused, type Mistake, type Position } from './mistake.ts'
import {
  assignIds,
  calendarsOf,
  directoryAfter,
  type IdOf,
  type NounFacts,
  type Nouns,
  nounsOf,
} from './nouns.ts'
import type { Reading } from './reading.ts'
import { danglingReferences, removedInUse } from './references.ts'
import { discreetly, mayChange, refuseBeyond, withOthers } from './scope.ts'
import { findUnderway, listIdentities } from './store.ts'
import { coversMadeElsewhere, type Stored, storedForm } from './stored.ts'
import {
  channelsInUse,
  cutOff,
  isConfigured,
  type LiveIds,
  liveIds,
  peopleWhoStay,
  underwayWords,
} from './underway.ts'

/** How the pager's answer changes for one service. `before` is null where the service is new. */
export type PagingChange = {
  service: string
  at: number
  before: string | null
  after: string | null
}

export type Planned = { changes: PlannedChange[]; findings: Finding[]; paging: PagingChange[] }

export type Draft = Planned & {
  before: Whole
  whole: Whole
  stored: Stored
  directory: Directory
  nouns: Nouns
  idOf: IdOf
  nounFacts: NounFacts
  /** Ids of what goes, by section. */
  removed: Readonly<Record<ListSection, readonly Id[]>>
  /** Ids of what stands there as the file says and is not marked as managed by a file yet. */
  adopted: Readonly<Record<ListSection, readonly Id[]>>
}

/**
 * @throws FileRefused with everything that is wrong, before anything is written; Problem where there
 * is something in it that is not theirs to change
 */
export async function makeDraft(
  tx: Tx,
  text: string,
  env: Environment,
  deps: PlanDeps,
  who: Principal,
): Promise<Draft> {
  const opened = readFile(text, env, {
    channels: deps.channels,
    sourceKinds: deps.sourceKinds,
    hashKey: (key) => hashOfKey(key).toString('hex'),
  })
  if (!opened.ok) throw new FileRefused(opened.mistakes)
  const stored = await readStored(tx)
  if (refusal(who, 'administer') === null) return draftOf(opened.read, stored, tx.now, deps)
  const before = storedWhole(stored, deps)
  const live = liveIds(stored)
  const isMine = (section: ListSection, form: { id: string }): boolean =>
    mayChange(who, section, form, before, live)
  const { file, reading } = opened.read
  const read = { file: withOthers(file, reading, before, isMine), reading }
  const draft = discreetly(who, stored, () => draftOf(read, stored, tx.now, deps))
  refuseBeyond(draft, who)
  return { ...draft, adopted: adoptedOf(draft, isMine) }
}

/** A file of theirs becomes the manager of what is theirs, and of nothing else that stands beside it. */
const adoptedOf = (
  { adopted, before, stored }: Draft,
  isMine: (section: ListSection, form: { id: string }) => boolean,
): Draft['adopted'] => {
  const slugs = new Map(stored.identities.map((one) => [one.id, one.slug]))
  return bySection((section) =>
    adopted[section].filter((id) => {
      const form = (before[section] as { id: string }[]).find((one) => one.id === slugs.get(id))
      return form !== undefined && isMine(section, form)
    }),
  )
}

export async function readStored(tx: Tx): Promise<Stored> {
  return {
    directory: await readDirectory(tx),
    calendars: await listCalendars(tx),
    keys: await listSourceKeys(tx),
    channels: await listChannelSettings(tx),
    metrics: await listMetricsSources(tx),
    objectives: await listObjectives(tx),
    signIn: await readSignIn(tx),
    policy: await readPolicy(tx),
    seats: await listSeats(tx),
    identities: await listIdentities(tx),
    underway: await findUnderway(tx),
  }
}

/** What is stored, in the form of the file. Secrets are opened and hidden. */
export const storedWhole = (stored: Stored, deps: PlanDeps): Whole =>
  storedForm(stored, {
    descriptions: deps.channels,
    unseal: (sealed) => unsealed(sealed, deps),
  })

function unsealed(sealed: unknown, { sealer }: PlanDeps): string | null {
  if (!sealer.isSealed(sealed)) return typeof sealed === 'string' ? sealed : null
  try {
    return sealer.unseal(sealed)
  } catch {
    return null
  }
}

/** The draft over what was read; pure. @throws FileRefused */
export function draftOf(
  { file, reading, isWhole = false }: ReadFile,
  stored: Stored,
  now: number,
  deps: PlanDeps,
): Draft {
  const before = storedWhole(stored, deps)
  const keptPeople = peopleWhoStay(stored)
  const live = liveIds(stored)
  const mistakes: Mistake[] = [
    ...reading.mistakes,
    ...danglingReferences(reading, before, keptPeople),
  ]
  if (reading.mistakes.length > 0) throw new FileRefused(mistakes)
  const merged = merge(before, file, reading, {
    descriptions: deps.channels,
    keptPeople,
    isOwnContact: (person, contact) =>
      !isWhole &&
      stored.directory.people
        .get(live.get(`people ${person}`) ?? '')
        ?.contacts.some((one) => one.slug === contact && one.isOwn) === true,
    coversOf: (form) => {
      const schedule = stored.directory.schedules.get(live.get(`schedules ${form.id}`) ?? '')
      if (!schedule) return { overrides: [], shadows: [] }
      return coversMadeElsewhere(schedule, form.timezone, stored.directory)
    },
  })
  const { whole } = merged
  mistakes.push(
    ...merged.mistakes,
    ...removedInUse(file, before, whole, reading, { underwayOf: underwayWords(stored, live) }),
    ...(file.people === null ? channelsInUse(before, whole, reading, deps.channels) : []),
  )
  if (mistakes.length > 0) throw new FileRefused(mistakes)

  const changes = changesBetween(before, whole)
  const nounFacts: NounFacts = {
    descriptions: deps.channels,
    makeId: () => deps.makeId(now),
    now,
    seal: (text, known) =>
      known !== undefined && unsealed(known, deps) === text
        ? String(known)
        : deps.sealer.seal(text),
  }
  const idOf = assignIds(whole, stored.identities, nounFacts.makeId)
  const changed = new Set(changes.map((change) => `${change.section} ${change.id}`))
  const areRoutesMoved = changes.some((change) => change.section === 'routes')
  const nouns = nounsOf(
    whole,
    stored,
    idOf,
    (section, slug) =>
      changed.has(`${section} ${slug}`) || (section === 'routes' && areRoutesMoved),
    nounFacts,
  )
  const directory = directoryAfter(stored.directory, nouns, whole, idOf)
  const lints = lint(directory, {
    now,
    channels: deps.channels,
    isConfigured: (kind) => isConfigured(kind, whole, deps.channels),
    settingsOf: (kind) => whole.channels[kind] ?? {},
    calendars: [...calendarsOf(whole, idOf).values()],
    placeOf: placesIn(file, reading),
  })
  return {
    changes,
    findings: [
      ...merged.findings,
      ...plainSecrets(reading),
      ...cutOff(changes, stored, live, reading),
      ...lints,
      ...objectiveFindings(file.objectives ?? [], reading),
    ],
    paging: changes.length > 0 ? pagingChanges(stored.directory, directory, now, deps) : [],
    before,
    whole,
    stored,
    directory,
    nouns,
    idOf,
    nounFacts,
    removed: bySection((section) => removedFrom(section, changes, live)),
    adopted: bySection((section) => adoptedIn(section, file, changed, stored)),
  }
}

const bySection = (
  of: (section: ListSection) => readonly Id[],
): Record<ListSection, readonly Id[]> =>
  Object.fromEntries(LIST_SECTIONS.map((section) => [section, of(section)])) as Record<
    ListSection,
    readonly Id[]
  >

function removedFrom(section: ListSection, changes: readonly PlannedChange[], live: LiveIds): Id[] {
  return changes.flatMap((change) =>
    change.section === section && change.action === 'remove'
      ? (live.get(`${section} ${change.id}`) ?? [])
      : [],
  )
}

function adoptedIn(
  section: ListSection,
  file: ReadFile['file'],
  changed: ReadonlySet<string>,
  stored: Stored,
): Id[] {
  const named = new Set(file[section]?.map((one) => one.id))
  return stored.identities.flatMap((one) =>
    one.section === section &&
    one.isLive &&
    one.managedBy === null &&
    named.has(one.slug) &&
    !changed.has(`${section} ${one.slug}`)
      ? [one.id]
      : [],
  )
}

const plainSecrets = (reading: Reading): Finding[] =>
  reading.plainSecrets.map(({ path, at }) => ({
    rule: 'secretInFile',
    sentence: `the secret at \`${path}\` stands in the file as it is, for everybody who can read the file`,
    position: at,
    wayOut: `write \${NAME} and set NAME where the file is applied`,
  }))

/** Finds the place of a thing by its id, or the nearest one around it. */
function placesIn(
  file: ReadFile['file'],
  reading: Reading,
): (section: Section, slug: string, path?: string) => Position | null {
  const indexes = new Map<string, number>()
  for (const section of LIST_SECTIONS) {
    for (const [index, one] of (file[section] ?? []).entries()) {
      indexes.set(`${section} ${one.id}`, index)
    }
  }
  return (section, slug, path) => {
    const index = indexes.get(`${section} ${slug}`)
    if (section === 'organisation') return reading.places.get('organisation:') ?? null
    if (section === 'sign_in' || section === 'policy')
      return reading.places.get(`${section}:`) ?? null
    if (section === 'channels') return reading.places.get(`channels.${slug}`) ?? null
    if (index === undefined) return null
    const own = `${section}[${index}]`
    return (path && reading.places.get(`${own}.${path}`)) || reading.places.get(own) || null
  }
}

function pagingChanges(
  before: Directory,
  after: Directory,
  at: number,
  deps: PlanDeps,
): PagingChange[] {
  const ids = new Map([...before.services, ...after.services])
  return [...ids.values()]
    .map((service) => {
      const of = (directory: Directory): string | null =>
        directory.services.has(service.id) ? deps.whoWouldBePaged(directory, service.id, at) : null
      return { service: service.slug, at, before: of(before), after: of(after) }
    })
    .filter((one) => one.before !== one.after)
}
