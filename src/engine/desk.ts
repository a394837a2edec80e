/**
 * The desk of one transaction: rows are laid on it, rules move them, and at the end everything
 * that changed is saved together with its entries in the log. Rows, log and outbox are one
 * commit or none.
 */
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Told } from '../notify/notice-store.ts'
import type { Actor, Entry } from '../timeline/entry.ts'
import { type EngineTx, KINDS, type Kind, type Lookup, type Rows } from './store.ts'
import type { Tools } from './tools.ts'

export type Desk = {
  readonly tx: EngineTx
  readonly now: Instant
  readonly directory: Directory
  readonly tools: Tools
  /** Who the transaction is for. */
  readonly actor: Actor
  makeId(): Id
  /** Locks rows and lays them on the desk. A row that lies there already stays as it is. */
  fetch<L extends Lookup>(lookup: L): Promise<Rows[L['kind']][]>
  lay<K extends Kind>(kind: K, rows: readonly Rows[K][]): void
  get<K extends Kind>(kind: K, id: Id): Rows[K] | null
  all<K extends Kind>(kind: K): Iterable<Rows[K]>
  /** Puts a new value of a row on the desk, to be saved. */
  put<K extends Kind>(kind: K, row: Rows[K]): void
  record(entry: Entry): void
  /** Tells people beside any page, once the rest is saved. */
  tell(told: Told): void
  save(): Promise<void>
}

export async function openDesk(tx: EngineTx, tools: Tools, actor: Actor): Promise<Desk> {
  const directory = await tx.directory()
  const lying = new Map(KINDS.map((kind) => [kind, new Map<Id, Rows[Kind]>()]))
  const changed = new Map(KINDS.map((kind) => [kind, new Set<Id>()]))
  const entries: Entry[] = []
  const told: Told[] = []
  const rowsOf = <K extends Kind>(kind: K): Map<Id, Rows[K]> => lying.get(kind) as Map<Id, Rows[K]>

  const desk: Desk = {
    tx,
    now: tx.now,
    directory,
    tools,
    actor,
    makeId: () => tools.makeId(tx.now),
    async fetch<L extends Lookup>(lookup: L) {
      const rows = await tx.find(lookup)
      desk.lay(lookup.kind, rows)
      return rows.map((row) => desk.get<L['kind']>(lookup.kind, row.id) ?? row)
    },
    lay(kind, rows) {
      const lie = rowsOf(kind)
      for (const row of rows) if (!lie.has(row.id)) lie.set(row.id, row)
    },
    get: (kind, id) => rowsOf(kind).get(id) ?? null,
    all: (kind) => rowsOf(kind).values(),
    put(kind, row) {
      rowsOf(kind).set(row.id, row)
      changed.get(kind)?.add(row.id)
    },
    record: (entry) => void entries.push(entry),
    tell: (one) => void told.push(one),
    async save() {
      for (const kind of KINDS)
        await saveKind(tx, kind, rowsOf(kind), changed.get(kind) ?? new Set())
      if (entries.length > 0) await tx.record(entries)
      if (told.length > 0) await tx.tell(told, desk.makeId)
    },
  }
  return desk
}

async function saveKind<K extends Kind>(
  tx: EngineTx,
  kind: K,
  rows: ReadonlyMap<Id, Rows[K]>,
  changed: ReadonlySet<Id>,
): Promise<void> {
  const dirty = [...changed].map((id) => rows.get(id)).filter((row) => row !== undefined)
  // In the order of their ids, so that two savers never wait for each other in a circle.
  dirty.sort((a, b) => (a.id < b.id ? -1 : 1))
  if (dirty.length > 0) await tx.save(kind, dirty)
}
