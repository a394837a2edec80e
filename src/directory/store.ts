/** Reads the whole configuration at one version, and again only when the version has stepped. */

import type { Source } from '../alerts/routed.ts'
import type { Maintenance, Silence } from '../alerts/silence.ts'
import { decodeRoute, decodeSource, listRoutes, listSources } from '../alerts/source-store.ts'
import type { Tx } from '../db/tx.ts'
import type { Target } from '../escalation/ladder.ts'
import { decodeLadder, isTarget, listLadders } from '../escalation/store.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { HOUR, type Instant, toIso } from '../lib/instant.ts'
import { isRecord } from '../lib/json.ts'
import { type Decoded, isListOf, isText, isNullOr } from '../lib/shape.ts'
import { isZone } from '../lib/zone.ts'
import { decodeSchedule, listSchedules } from '../oncall/store.ts'
import { decodePerson, listContacts, listPeople, listTeams } from '../people/store.ts'
import { decodeService, listServices } from '../services/store.ts'
import type { Directory, Organisation, Quarantined } from './directory.ts'

/** Told of every row that could not be read as it stands. */
export type OnPoison = (what: string, id: Id, why: string) => void

export type DirectoryCache = (tx: Tx) => Promise<Directory>

/**
 * One snapshot for a whole process. It is read again when the version has stepped; what a
 * transaction reads of its own changes is shared only once it has been committed.
 */
export function createDirectoryCache(onPoison: OnPoison = () => {}): DirectoryCache {
  let known: Directory | null = null
  return async (tx) => {
    const version = await readVersion(tx)
    if (known && known.version === version) return known
    const read = await readDirectory(tx)
    tx.afterCommit(() => {
      if (known && isOlder(read, known)) return
      known = read
      for (const { kind, id, wrong } of read.quarantined ?? []) onPoison(kind, id, wrong)
    })
    return read
  }
}

/** A transaction with an older view must not put an older directory back. */
const isOlder = (one: Directory, than: Directory): boolean =>
  one.organisation.epoch < than.organisation.epoch ||
  (one.organisation.epoch === than.organisation.epoch && one.version < than.version)

const TRIES_MAX = 5

/**
 * The configuration as it is now. A row that cannot be read is left out, or mended where that is
 * safe, and named in `quarantined`; it never keeps the others from being read (I16).
 */
export async function readDirectory(tx: Tx): Promise<Directory> {
  let version = await readVersion(tx)
  for (let tries = 1; ; tries += 1) {
    const directory = await readAt(tx, version)
    const now = await readVersion(tx)
    // Somebody changed it between two of the statements: this might be half of each.
    if (now === version || tries >= TRIES_MAX) return directory
    version = now
  }
}

async function readVersion(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ version: number }>('select version from directory_version')
  return row?.version ?? 0
}

async function readAt(tx: Tx, version: number): Promise<Directory> {
  const quarantined: Quarantined[] = []
  const sort = <Row extends { id: Id; slug: string }, Noun extends { id: Id }>(
    kind: string,
    rows: readonly Row[],
    decode: (row: Row) => Decoded<Noun>,
  ): Noun[] =>
    rows.flatMap((row) => {
      const { value, wrong } = carefully(() => decode(row))
      for (const one of wrong) quarantined.push({ kind, id: row.id, slug: row.slug, wrong: one })
      return value ?? []
    })
  const organisation = await readOrganisation(tx, quarantined)
  const people = await listPeople(tx)
  const contacts = groupBy(await listContacts(tx), (contact) => contact.personId)
  return {
    version,
    organisation,
    people: byId(sort('person', people, (row) => decodePerson(row, contacts.get(row.id) ?? []))),
    teams: byId(await listTeams(tx)),
    schedules: byId(sort('schedule', await listSchedules(tx), decodeSchedule)),
    ladders: byId(sort('ladder', await listLadders(tx), decodeLadder)),
    services: byId(sort('service', await listServices(tx), decodeService)),
    sources: byId(sort('source', await listSources(tx), decodeSource)),
    routes: sort('route', await listRoutes(tx), decodeRoute),
    silences: sort('silence', await listWindows<Silence>(tx, SILENCES), decodeSilence),
    maintenances: sort(
      'maintenance',
      await listWindows<Maintenance>(tx, MAINTENANCES),
      decodeMaintenance,
    ),
    quarantined,
  }
}

/** A decoder that stumbles has met something nobody thought of: that is one row, not all of them. */
function carefully<Noun>(decode: () => Decoded<Noun>): Decoded<Noun> {
  try {
    return decode()
  } catch {
    return { value: null, wrong: ['it cannot be read'] }
  }
}

const byId = <Noun extends { id: Id }>(nouns: readonly Noun[]): Map<Id, Noun> =>
  new Map(nouns.map((noun) => [noun.id, noun]))

type OrganisationRow = Omit<Organisation, 'fallback'> & { fallback: unknown }

/** The one row that every process has; its id in the log and in findings. */
export const ORGANISATION_ID: Id = '00000000-0000-7000-8000-000000000001'

async function readOrganisation(tx: Tx, quarantined: Quarantined[]): Promise<Organisation> {
  const [row] = await tx.query<OrganisationRow>(
    'select name, fallback, paused_at as "pausedAt", epoch from organisation',
  )
  if (!row) return { name: 'My organisation', fallback: [], pausedAt: null, epoch: 1 }
  if (isListOf(row.fallback, isTarget)) return { ...row, fallback: row.fallback }
  const readable: Target[] = Array.isArray(row.fallback) ? row.fallback.filter(isTarget) : []
  const wrong = 'a part of `fallback` cannot be read: it is left out'
  quarantined.push({ kind: 'organisation', id: ORGANISATION_ID, slug: 'organisation', wrong })
  return { ...row, fallback: readable }
}

/** Windows that are over can matter for as long as an alert of their time may still be on its way. */
const KEPT_MS = HOUR

const SILENCES = `select id, id::text as slug, matchers, team_id as "teamId", owner_id as "ownerId", reason,
  starts_at as "startsAt", ends_at as "endsAt", ended_at as "endedAt", recurs from silences
  where ended_at is null and ends_at > $1::timestamptz order by starts_at, id`
const MAINTENANCES = `select id, id::text as slug, service_ids as "serviceIds", team_id as "teamId",
  owner_id as "ownerId", reason, starts_at as "startsAt", ends_at as "endsAt", ended_at as "endedAt"
  from maintenances where ended_at is null and ends_at > $1::timestamptz order by starts_at, id`

const listWindows = <Window extends { endsAt: Instant }>(
  tx: Tx,
  text: string,
): Promise<(Window & { slug: string })[]> => tx.query(text, [toIso(tx.now - KEPT_MS)])

const isMatcher = (value: unknown): value is Silence['matchers'][number] =>
  isRecord(value) &&
  isText(value.name) &&
  isText(value.value) &&
  ['=', '!=', '=~', '!~'].includes(String(value.op))

const isRecurrence = (value: unknown): value is NonNullable<Silence['recurs']> =>
  isRecord(value) &&
  isListOf(value.days, isText) &&
  isText(value.from) &&
  isText(value.to) &&
  isText(value.zone) &&
  isZone(value.zone)

/** A silence that cannot be read silences nothing: the loud side is the safe one. */
function decodeSilence({ slug: _, ...row }: Silence & { slug: string }): Decoded<Silence> {
  const isGood =
    isListOf(row.matchers, isMatcher) &&
    row.matchers.length > 0 &&
    isNullOr(row.recurs, isRecurrence)
  return isGood ? { value: row, wrong: [] } : { value: null, wrong: ['it cannot be read'] }
}

function decodeMaintenance({
  slug: _,
  ...row
}: Maintenance & { slug: string }): Decoded<Maintenance> {
  const isGood = isListOf(row.serviceIds, isText)
  return isGood
    ? { value: row, wrong: [] }
    : { value: null, wrong: ['its services cannot be read'] }
}

/** What the door needs to know of a source. */
export type KnownSource = Pick<Source, 'id' | 'kind' | 'ignoreLabels'>

/** Which source a key belongs to. Two keys may be live, so that one can be replaced without a gap. */
export async function findSourceByKeyHash(tx: Tx, hash: Uint8Array): Promise<KnownSource | null> {
  const [found] = await tx.query<KnownSource>(
    `select id, kind, ignore_labels as "ignoreLabels" from sources where (key_hash = $1 or next_key_hash = $1) and retired_at is null`,
    [Buffer.from(hash)],
  )
  return found ?? null
}

/** Settings of one kind of channel, as stored: secrets are sealed. */
export type ChannelSettings = { kind: string; settings: Readonly<Record<string, unknown>> }

export async function listChannelSettings(tx: Tx): Promise<ChannelSettings[]> {
  const rows = await tx.query<{ kind: string; settings: unknown }>(
    'select kind, settings from channels order by kind',
  )
  return rows.flatMap(({ kind, settings }) => (isRecord(settings) ? [{ kind, settings }] : []))
}
