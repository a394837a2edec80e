/** What the database holds, from its own catalog: what a backup must carry, and in which order. */
import type { Tx } from './tx.ts'

export type CatalogTable = {
  name: string
  /** What a row consists of; generated columns and transaction ids are made anew where it lands. */
  columns: string[]
  /** Of a partitioned table: its parts, as `create table … partition of` has their bounds. */
  partitions: { name: string; bound: string }[]
}

export type Sequence = { name: string; value: string; isCalled: boolean }

export type ForeignKey = { name: string; table: string; references: string }

/** The bookkeeping of migrations belongs to a database, not to what is in it. */
const LEFT_OUT = ['schema_migrations', 'schema_lease']

/**
 * A transaction id (xid8) means something only to the server that gave it: on another one, rows
 * that bear it would lie in the future. Rows that are restored bear the restore's own.
 */
const TABLES = `
  select c.relname as name,
    (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and a.atttypid <> 'xid8'::regtype) as columns,
    coalesce((select json_agg(json_build_object('name', p.relname,
        'bound', pg_get_expr(p.relpartbound, p.oid)) order by p.relname)
      from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid), '[]')
      as partitions
  from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
    and not c.relispartition and c.relpersistence <> 't' and c.relname <> all ($1)
  order by c.relname`

const FOREIGN_KEYS = `
  select k.conname as name, t.relname as table, r.relname as references
  from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_class r on r.oid = k.confrelid
  where k.contype = 'f' and k.conparentid = 0 and t.relnamespace = current_schema()::regnamespace
  order by k.conname`

/** Tables with columns, each after those it refers to; and the references that point forward. */
export async function findTables(
  tx: Tx,
): Promise<{ tables: CatalogTable[]; forward: ForeignKey[] }> {
  const found = await tx.query<CatalogTable & { columns: string[] | null }>(TABLES, [LEFT_OUT])
  const keys = await tx.query<ForeignKey>(FOREIGN_KEYS)
  const tables = inOrder(
    found.filter((table) => table.columns !== null),
    keys,
  )
  const place = new Map(tables.map((table, at) => [table.name, at]))
  const forward = keys.filter(
    ({ table, references }) => (place.get(references) ?? 0) > (place.get(table) ?? 0),
  )
  return { tables, forward }
}

/** Where tables refer to each other in a circle, one of them has to come first. */
export function inOrder<Table extends { name: string }>(
  tables: readonly Table[],
  keys: readonly ForeignKey[],
): Table[] {
  const left = [...tables]
  const done: Table[] = []
  while (left.length > 0) {
    const waits = (name: string) =>
      keys.some(
        (key) =>
          key.table === name &&
          key.references !== name &&
          left.some((other) => other.name === key.references),
      )
    const next = Math.max(
      0,
      left.findIndex((table) => !waits(table.name)),
    )
    done.push(...left.splice(next, 1))
  }
  return done
}

/** Where each sequence stands. Sequences know no snapshots: they may be ahead of the rows, never behind. */
export async function findSequences(tx: Tx): Promise<Sequence[]> {
  const names = await tx.query<{ name: string }>(
    `select relname as name from pg_class
     where relkind = 'S' and relnamespace = current_schema()::regnamespace order by 1`,
  )
  const sequences: Sequence[] = []
  for (const { name } of names) {
    const [at] = await tx.query<{ value: string; isCalled: boolean }>(
      `select last_value::text as value, is_called as "isCalled" from ${quote(name)}`,
    )
    if (at) sequences.push({ name, ...at })
  }
  return sequences
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Every row of a table, in a form that is the same wherever it is read. */
export const selectAll = (table: CatalogTable): string =>
  `select ${table.columns.map(quote).join(', ')} from ${quote(table.name)}`
